import { type EnrolmentRequest, type Random, thumbprint } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { lockDevice } from '../db/locks.ts';
import type { DeviceRow } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { AFTER_REFUSAL_S, askAgainAfter, decide, hasEnded, type PendingStatus } from './decide.ts';
import { type Match, matchBySerial } from './match.ts';
import {
  addPending,
  changePending,
  countOfKey,
  dropPending,
  pendingByKey,
  type PendingRow,
  UNDECIDED,
} from './pending-store.ts';
import { begunWith, deviceById, type TokenRow, useToken } from './store.ts';

export interface Redeeming {
  readonly now: number;
  readonly random: Random;
}

/** How a device came to be enrolled. `again`: it was, with this key, and has not heard the answer. */
export type EnrolledBy =
  | { readonly how: 'token' | 'serial' | 'again' }
  | { readonly how: 'approval'; readonly by: string };

export type ByFleetKey =
  | { readonly kind: 'enrols'; readonly device: DeviceRow; readonly by: EnrolledBy }
  | {
      readonly kind: 'pending';
      readonly decision: 'waiting' | 'refused';
      readonly detail: string;
      readonly retryAfterSeconds: number;
    };

/** As many laptops may wait with one fleet key: whoever has stolen it cannot fill a disk, nor the way of another key. */
export const MOST_PENDING = 200;
const FULL_RETRY_S = 3600;

const WAITS = 'ICT has been asked to approve this device. Nothing needs to be done here: it asks again by itself.';
const NOT_VALID = 'This key is not valid here, has been used up or has ended. Ask ICT for a new one.';

function full() {
  const found = problem(
    'overloaded',
    `As many devices as may wait with this key (${MOST_PENDING}) wait for ICT already. Come again in an hour.`,
  );
  found.retryAfterSeconds = FULL_RETRY_S;
  return found;
}

interface Asking {
  readonly token: TokenRow;
  readonly request: EnrolmentRequest;
  readonly match: Match;
}

const toldOf = ({ request, match }: Asking) => ({
  serial_number: request.serialNumber,
  name: request.name ?? null,
  platform: request.platform,
  release: request.release,
  why: match.kind === 'none' ? match.why : 'key-ended',
  seems: match.kind === 'none' ? match.seems : match.device.id,
});

/** A laptop asks for the first time, or anew: kept with nothing but what ICT needs to know it by. */
async function beginWaiting(tx: Tx, asking: Asking, { now, random }: Redeeming): Promise<PendingRow> {
  const { token, request } = asking;
  const { organisation } = token;
  if ((await countOfKey(tx, organisation, token.id, now)) >= MOST_PENDING) throw full();
  const id = newId(now, random);
  const row: PendingRow = {
    organisation,
    id,
    token: token.id,
    key_id: thumbprint(request.key),
    ...toldOf(asking),
    status: 'waiting',
    first_at: now,
    last_at: now,
    decided_at: null,
    decided_by: null,
    reason: null,
    device: null,
    generation: null,
  };
  await addPending(tx, row);
  const detail = { why: row.why, serialNumber: row.serial_number, platform: row.platform };
  const act = { organisation, at: now, actor: `fleet-key:${token.id}`, action: 'enrolment-waiting' };
  await recordAct(tx, { ...act, target: `pending-enrolment:${id}`, detail });
  return row;
}

/** It asks again: what it tells now counts, and an approval of a device that has changed since is none. */
async function keepWaiting(tx: Tx, row: PendingRow, asking: Asking, now: number): Promise<PendingRow> {
  const change = { ...toldOf(asking), ...UNDECIDED, token: asking.token.id, last_at: now };
  await changePending(tx, row, change);
  return { ...row, ...change };
}

/** The device that it was approved as, locked; undefined where that is another now than ICT saw. */
async function approvedDevice(tx: Tx, row: PendingRow | undefined): Promise<DeviceRow | undefined> {
  if (row?.status !== 'approved' || row.device === null) return undefined;
  await lockDevice(tx, row.organisation, row.device);
  const device = await deviceById(tx, row.organisation, row.device);
  return device?.generation === row.generation && device?.state !== 'left-service' ? device : undefined;
}

const statusOf = ({ status, first_at }: PendingRow) => ({ status: status as PendingStatus, first_at });

/** What a fleet key gives this laptop. Throws `enrolment-refused`, and `overloaded` where too many wait. */
export async function byFleetKey(
  tx: Tx,
  token: TokenRow,
  request: EnrolmentRequest,
  deps: Redeeming,
): Promise<ByFleetKey> {
  const { now } = deps;
  const { organisation } = token;
  const again = token.revoked_at === null ? await begunWith(tx, organisation, thumbprint(request.key)) : undefined;
  if (again !== undefined) return { kind: 'enrols', device: again, by: { how: 'again' } };
  const kept = await pendingByKey(tx, organisation, thumbprint(request.key));
  if (kept !== undefined && hasEnded(kept, now)) await dropPending(tx, kept);
  const pending = kept === undefined || hasEnded(kept, now) ? undefined : kept;
  const approved = await approvedDevice(tx, pending);
  const match = await matchBySerial(tx, organisation, request.serialNumber);
  const asked = { pending: pending && statusOf(pending), isAsApproved: approved !== undefined, match: match.kind, now };
  const decision = decide({ ...asked, key: token.revoked_at === null ? token : undefined });
  if (decision === 'not-valid') throw problem('enrolment-refused', NOT_VALID);
  if (decision === 'by-serial' && match.kind === 'never-enrolled') {
    if (!(await useToken(tx, token))) throw problem('enrolment-refused', NOT_VALID);
    if (pending !== undefined) await dropPending(tx, pending);
    return { kind: 'enrols', device: match.device, by: { how: 'serial' } };
  }
  if (decision === 'by-approval' && approved !== undefined && pending !== undefined) {
    await dropPending(tx, pending);
    return { kind: 'enrols', device: approved, by: { how: 'approval', by: pending.decided_by ?? '' } };
  }
  if (decision === 'refused') {
    const detail = `ICT has refused this device: ${pending?.reason ?? 'no reason was given'}`;
    return { kind: 'pending', decision: 'refused', detail, retryAfterSeconds: AFTER_REFUSAL_S };
  }
  const asking = { token, request, match };
  const { first_at } =
    pending === undefined ? await beginWaiting(tx, asking, deps) : await keepWaiting(tx, pending, asking, now);
  return { kind: 'pending', decision: 'waiting', detail: WAITS, retryAfterSeconds: askAgainAfter(now - first_at) };
}
