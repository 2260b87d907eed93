import type { Authorisation, DesiredState, PolicyForDevice } from '@beadle/shared';
import type { Observer, RegisteredDevice } from './observer.ts';
import { must } from './violation.ts';

const DAY = 86_400_000;

const payloadOf = (jws: string): PolicyForDevice | DesiredState =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as PolicyForDevice | DesiredState;

interface Permit {
  readonly ref: string;
  readonly from: number;
  /** From this moment it permits nothing: its own end, its revocation's or its incident's, whichever came first. */
  readonly to: number;
}

/** What was given to a device, by what people did; also what has ended. */
export function permitsOf(observer: Observer, { asset_tag, groups }: RegisteredDevice): readonly Permit[] {
  const incidents = new Map(observer.incidents().map((one) => [one.ref, one.ended_at]));
  const concerns = (text: string): boolean => {
    const { devices = [], group } = JSON.parse(text) as { devices?: string[]; group?: string };
    return devices.includes(asset_tag) || (JSON.parse(groups) as string[]).some((one) => one === group);
  };
  return observer
    .authorisations()
    .filter(({ status, subject }) => (status === 'approved' || status === 'revoked') && concerns(subject))
    .map(({ ref, valid_from, valid_to, revoked_at, incident }) => {
      const ended = incident === null ? null : (incidents.get(incident) ?? null);
      return { ref, from: valid_from, to: Math.min(valid_to, revoked_at ?? valid_to, ended ?? valid_to) };
    });
}

/** A device's authorisations are those that it was given, each with its end; long ago none need be among them. */
export function checkTold(told: readonly Authorisation[], permits: readonly Permit[], now: number): void {
  const given = new Map(permits.filter(({ from, to }) => from < to).map((one) => [one.ref, one]));
  for (const { ref, validFrom, validTo } of told) {
    const permit = given.get(ref);
    must(permit !== undefined, `a device is told of ${ref}, which nobody has given it`);
    const isSame = Date.parse(validFrom) === permit.from && Date.parse(validTo) === permit.to;
    must(
      isSame,
      `a device is told that ${ref} ends at ${validTo}, and it ends at ${new Date(permit.to).toISOString()}`,
    );
  }
  const refs = new Set(told.map(({ ref }) => ref));
  for (const { ref, to } of given.values())
    must(refs.has(ref) || to < now - 44 * DAY, `a device is not told of ${ref}`);
}

/** Every document that the server has signed, by device and serial: a device may hold none but these. */
export class ToldDocuments {
  readonly #payloads = new Map<string, Set<string>>();
  readonly #signed = new Map<string, string[]>();

  note(documents: readonly string[], observer: Observer, now: number): void {
    for (const jws of documents) {
      const payload = payloadOf(jws);
      if (!('serial' in payload)) {
        this.#signed.set(payload.device, [jws, ...(this.#signed.get(payload.device) ?? [])]);
        continue;
      }
      const key = `${payload.device}/${payload.serial}`;
      this.#payloads.set(key, (this.#payloads.get(key) ?? new Set()).add(JSON.stringify(payload.authorisations)));
      this.#signed.set(payload.device, [...(this.#signed.get(payload.device) ?? []), jws]);
      const row = observer.devices().find(({ id }) => id === payload.device);
      must(row !== undefined, 'a document for a device that is in no register');
      checkTold(payload.authorisations, permitsOf(observer, row), now);
    }
  }

  /** What was signed for a device, oldest first. */
  of = (device: string): readonly string[] => this.#signed.get(device) ?? [];

  check(device: string, serial: number, authorisations: readonly Authorisation[]): void {
    const isOne = this.#payloads.get(`${device}/${serial}`)?.has(JSON.stringify(authorisations)) ?? false;
    must(serial === 0 || isOne, `a device holds authorisations that no document of serial ${serial} tells of`);
  }
}

/** Each authorisation stands as its history says, and another than who asked for it gave it. */
export function checkPermits(observer: Observer): void {
  const histories = Map.groupBy(observer.authorisationEvents(), ({ authorisation }) => authorisation);
  for (const { id, ref, status, requested_by, decided_by } of observer.authorisations()) {
    const types = histories.get(id)?.map(({ type }) => type) ?? [];
    must(status !== 'approved' || requested_by !== decided_by, `${ref} was given by who asked for it`);
    must(types.includes('requested'), `nobody asked for ${ref}`);
    const isEnded = types.includes('incident-ended') && status !== 'approved';
    must(
      status === 'requested' || isEnded || types.includes(status),
      `${ref} is ${status}, and its history is ${types.join()}`,
    );
    must(!types.includes('revoked') || status === 'revoked', `${ref} was revoked, and is ${status}`);
  }
}
