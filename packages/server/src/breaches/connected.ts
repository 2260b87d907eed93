import type { Selectable } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { ConnectedGraceTable } from '../db/schema.ts';

/** Two contacts that lie further apart than this were not one time of being connected. */
export const CONNECTED_GAP_MS = 15 * 60_000;

interface Contact {
  /** In all, in milliseconds. */
  readonly connected_ms: number;
  /** Milliseconds since the epoch, by the server's clock; null before the first. */
  readonly last_contact_at: number | null;
}

/** The device's connected time as of a contact now. A server's clock that was put back adds nothing and takes nothing. */
export function connectedAfter({ connected_ms, last_contact_at }: Contact, now: number): number {
  const gap = last_contact_at === null ? 0 : now - last_contact_at;
  return gap > 0 && gap <= CONNECTED_GAP_MS ? connected_ms + gap : connected_ms;
}

/** A failing whose grace counts connected time: since when it fails, and how much the device had then. */
export type ConnectedGrace = Selectable<ConnectedGraceTable>;

/** A device's connected time, and the failings that wait for more of it, by rule and subject. */
export interface Connected {
  readonly ms: number;
  readonly graces: Map<string, ConnectedGrace>;
}

export const graceKey = ({ rule, subject }: Pick<ConnectedGrace, 'rule' | 'subject'>): string =>
  JSON.stringify([rule, subject]);

const gracesQuery = compiledOnce((db, arg: { organisation: string; device: string }) =>
  db
    .selectFrom('connected_graces')
    .selectAll()
    .where('organisation', '=', arg.organisation)
    .where('device', '=', arg.device),
);

export async function gracesOf(tx: Tx, organisation: string, device: string): Promise<Map<string, ConnectedGrace>> {
  const { rows } = await gracesQuery(tx, { organisation, device });
  return new Map(rows.map((grace) => [graceKey(grace), grace]));
}

/**
 * When this failing began by connected time. One that is told again keeps its beginning; a later one begins now, as a
 * device that is enrolled anew or a server that was put back may have forgotten what lies between.
 */
export async function beginGrace(
  tx: Tx,
  grace: Omit<ConnectedGrace, 'connected_ms'>,
  connected: Connected,
): Promise<ConnectedGrace> {
  const before = connected.graces.get(graceKey(grace));
  if (before !== undefined && grace.since <= before.since) return before;
  const begun = { ...grace, connected_ms: connected.ms };
  await tx
    .insertInto('connected_graces')
    .values(begun)
    .onConflict((conflict) =>
      conflict
        .columns(['organisation', 'device', 'rule', 'subject'])
        .doUpdateSet({ since: begun.since, connected_ms: begun.connected_ms }),
    )
    .execute();
  connected.graces.set(graceKey(grace), begun);
  return begun;
}

/** It does not fail any more. */
export async function forgetGrace(tx: Tx, about: ConnectedGrace, connected: Connected): Promise<void> {
  await tx
    .deleteFrom('connected_graces')
    .where('organisation', '=', about.organisation)
    .where('device', '=', about.device)
    .where('rule', '=', about.rule)
    .where('subject', '=', about.subject)
    .execute();
  connected.graces.delete(graceKey(about));
}

const SHORTEST_WAIT_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * When to look again at a grace of which `left` milliseconds of connected time are open: not before they can have
 * passed, and the more seldom the longer the device has been away.
 */
export function nextLook(left: number, lastContactAt: number | null, now: number): number {
  const away = lastContactAt === null ? LONGEST_WAIT_MS : Math.max(0, now - lastContactAt) / 4;
  return now + Math.max(left, Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, away)));
}
