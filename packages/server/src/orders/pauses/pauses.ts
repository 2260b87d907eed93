import { compiledOnce } from '../../db/compiled.ts';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../db/database.ts';
import type { PauseTable } from '../../db/schema-orders.ts';

export type PauseRow = Selectable<PauseTable>;

export const PAUSE_SCOPES = ['device', 'group', 'all'] as const;
export type PauseScope = (typeof PAUSE_SCOPES)[number];

const holding = compiledOnce((tx, arg: { organisation: string; now: number }) =>
  tx
    .selectFrom('pauses')
    .selectAll()
    .where('organisation', '=', arg.organisation)
    .where('until', '>', arg.now)
    .where('ended_at', 'is', null),
);

/** Those that hold at `now`, of whatever they are. */
export const pausesHolding = async (db: Db | Tx, organisation: string, now: number): Promise<readonly PauseRow[]> =>
  (await holding(db, { organisation, now })).rows;

/** As it is held (`asHeld`). */
export interface Pausable {
  readonly id: string;
  /** JSON array. */
  readonly groups: string;
}

export type PauseOf = Pick<PauseRow, 'scope' | 'device' | 'group_name' | 'since' | 'until'>;

function covers({ scope, device, group_name: group }: PauseOf, { id, groups }: Pausable): boolean {
  if (scope === 'all') return true;
  return scope === 'device' ? device === id : (JSON.parse(groups) as string[]).includes(group ?? '');
}

/** Pure: how a device is paused by those that hold: since the first of them, until the last. Undefined where by none. */
export function pausedBy(
  device: Pausable,
  pauses: readonly PauseOf[],
): { readonly since: number; readonly until: number } | undefined {
  const own = pauses.filter((pause) => covers(pause, device));
  if (own.length === 0) return undefined;
  return {
    since: Math.min(...own.map(({ since }) => since)),
    until: Math.max(...own.map(({ until }) => until)),
  };
}

/** Whether what was told to a device last says that it is paused now. */
export const isPaused = ({ paused_until: until }: { readonly paused_until: number | null }, now: number): boolean =>
  until !== null && until > now;
