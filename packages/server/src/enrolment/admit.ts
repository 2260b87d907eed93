import { type Clock, type EnrolmentRequest, iso, type Random, type Signer, thumbprint } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { mayEnrolRemotely } from '../organisation/settings.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import { issuePolicy, ordersFor } from '../orders/documents.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';
import { redeem, REFUSED } from './enrolment.ts';
import type { ByFleetKey, EnrolledBy } from './fleet.ts';
import { beginGeneration, tokenById } from './store.ts';

export interface AdmitDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly announce: Announce;
  /** Of the key that the token carries, which need not be the one of today. */
  readonly signer: Signer;
}

/** Before the council has recorded what it must, nothing of a device is kept. */
async function requireRecords(tx: Tx, organisation: string, isOwnMachine: boolean) {
  const council = await readOrganisation(tx, organisation);
  const remote = mayEnrolRemotely(council.settings);
  if (remote.may || isOwnMachine) return council;
  throw problem(
    'records-missing',
    `Before devices are enrolled the council must record: ${remote.missing.join('; ')}.`,
  );
}

/** Who enrolled it, as the audit log has it. */
const actorOf = ({ token }: EnrolmentRequest, { how }: EnrolledBy): string =>
  how === 'token' ? `enrolment-token:${token}` : `fleet-key:${token}`;

/** Everything that an enrolment changes; gives the generation. */
async function change(
  tx: Tx,
  enrolment: EnrolmentRequest,
  device: DeviceRow,
  by: EnrolledBy,
  { clock, announce }: AdmitDeps,
): Promise<number> {
  const at = clock.now();
  const { organisation } = device;
  const generation = await beginGeneration(tx, device, enrolment, at);
  // Whoever listens with the key before hears nothing more.
  await announce(tx, { organisation, device: device.id });
  const { platform, serialNumber } = enrolment;
  const act = { organisation, at, actor: actorOf(enrolment, by), action: 'device-enrolled' };
  const approved = by.how === 'approval' ? { approvedBy: by.by } : {};
  const detail = { generation, keyId: thumbprint(enrolment.key), platform, serialNumber, ...approved };
  await recordAct(tx, { ...act, target: `device:${device.asset_tag}`, detail });
  return generation;
}

async function begin(tx: Tx, enrolment: EnrolmentRequest, device: DeviceRow, by: EnrolledBy, deps: AdmitDeps) {
  const { signer } = deps;
  const at = deps.clock.now();
  const generation = by.how === 'again' ? device.generation : await change(tx, enrolment, device, by, deps);
  const registered = await registeredIn(tx, device.organisation);
  const orders = await ordersFor(tx, asHeld(device, registered), registered, at);
  const issue = { signer, now: at };
  const documents = orders === undefined ? [] : [...(await issuePolicy(tx, device, orders, 0, issue))];
  const { id, asset_tag: assetTag } = device;
  return { kind: 'enrolled', answer: { device: id, assetTag, generation, serverTime: iso(at), documents } } as const;
}

export type Pending = Extract<ByFleetKey, { kind: 'pending' }>;

/** In one transaction: what a proven token gives, and all that follows. */
export async function admit(tx: Tx, enrolment: EnrolmentRequest, isOwnMachine: boolean, deps: AdmitDeps) {
  const { clock, random } = deps;
  const token = await tokenById(tx, enrolment.token);
  if (token === undefined) throw problem('enrolment-refused', REFUSED);
  const council = await requireRecords(tx, token.organisation, isOwnMachine);
  const redeemed = await redeem(tx, token, enrolment, { now: clock.now(), random });
  if (redeemed.kind === 'pending') return redeemed;
  const { kind, answer } = await begin(tx, enrolment, redeemed.device, redeemed.by, deps);
  return { kind, answer: { ...answer, organisation: council.name } };
}
