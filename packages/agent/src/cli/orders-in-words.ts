import { type DesiredState, iso, type Pause, pauseAt, type Restriction, type RestrictionKind } from '@beadle/shared';
import type { KnownServer } from '../identity/identity.ts';
import { readDesiredState } from '../orders/desired-state.ts';
import { endInWords } from '../orders/notices.ts';
import { createReleased } from '../orders/release.ts';
import { createMeta, latestReached } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';

/** How an order stands, as the device has reported it or is about to. */
interface Reported {
  readonly id: string;
  readonly kind: string;
  readonly effect: string;
  readonly observed: string;
  readonly at: string;
}

export interface OrdersHeld {
  /** 0 where ICT has never sent any. */
  readonly version: number;
  readonly issuedAt: string | null;
  /** Those of the desired state that no code has ended. */
  readonly restrictions: readonly Omit<Restriction, 'release'>[];
  /** ICT has paused Beadle on this device; null where it has not. */
  readonly paused: Pause | null;
  readonly reported: readonly Reported[];
  /** Effects that the server has not yet acknowledged. */
  readonly waiting: number;
}

export const NO_ORDERS: OrdersHeld = {
  version: 0,
  issuedAt: null,
  restrictions: [],
  paused: null,
  reported: [],
  waiting: 0,
};

interface Row extends Omit<Reported, 'at'> {
  readonly at: number;
}

/** A store that an older agent has made may have none of it yet. */
const hasOrders = (sql: Sql): boolean =>
  sql.prepare("select 1 from sqlite_master where name = 'orders'").get() !== undefined;

function shown(state: DesiredState | undefined, sql: Sql): OrdersHeld['restrictions'] {
  const released = createReleased(createMeta(sql));
  return (state?.restrictions ?? [])
    .filter(({ id }) => !released.has(id))
    .map(({ release: _code, ...restriction }) => restriction);
}

function pauseOf(state: DesiredState | undefined, sql: Sql, now: number): Pause | null {
  const held = pauseAt(state, latestReached(createMeta(sql), now));
  return held === undefined ? null : { since: iso(held.since), until: iso(held.until) };
}

/** The desired state on this device and what was reported of it. The hash of a release code is not shown. */
export function readOrders(sql: Sql, server: KnownServer | undefined, now: number): OrdersHeld {
  if (server === undefined || !hasOrders(sql)) return NO_ORDERS;
  const state = readDesiredState(sql, server);
  const rows = sql.prepare<[], Row>('select id, kind, effect, observed, at from orders order by at, id').all();
  return {
    version: state?.version ?? 0,
    issuedAt: state?.issuedAt ?? null,
    restrictions: shown(state, sql),
    paused: pauseOf(state, sql, now),
    reported: rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
    waiting: sql.prepare<[], { count: number }>('select count(*) as count from effects').get()?.count ?? 0,
  };
}

const WHAT: Readonly<Record<RestrictionKind, string>> = {
  lock: 'the screen is kept locked',
  'sign-out': 'nobody may stay signed in',
  isolate: 'the network is cut off, but for the council’s server',
  'block-removable-media': 'memory sticks and cards are cut off',
  'lost-mode': 'the laptop is reported lost, and kept locked',
};

const EFFECTS: Readonly<Record<string, string>> = {
  begun: 'being done',
  'in-force': 'in force',
  lifted: 'ended by ICT',
  lapsed: 'ended, as its time was over',
  released: 'ended by a release code',
  shown: 'shown',
  sent: 'sent again',
  'too-late': 'not done, as its time was over',
  failed: 'did not work',
  unsupported: 'cannot be done on this device',
};

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' });

/** One paragraph for each restriction that ICT has put on this device: what, how it stands, until when, why, whom to call. */
export function restrictionsInWords({ restrictions, reported }: OrdersHeld): string[] {
  return restrictions.map(({ id, kind, until, notice, telephone }) => {
    const row = reported.find((one) => one.id === id);
    const stands = row === undefined ? 'not yet seen to' : `${EFFECTS[row.effect] ?? row.effect}: ${row.observed}`;
    const call = telephone === null ? '' : ` Call ${telephone}.`;
    return `${WHAT[kind]} (${stands}). ${endInWords(until)}${notice === null ? '' : ` ${notice}`}${call}`;
  });
}

export const reportedInWords = ({ reported }: OrdersHeld): string[] =>
  reported.map(
    ({ id, kind, effect, observed, at }) =>
      `${WHEN.format(new Date(at))}: ${kind.replaceAll('-', ' ')} (${id}): ${EFFECTS[effect] ?? effect}${observed === '' ? '' : `; ${observed}`}`,
  );

/** What a pause means for whoever has the device; undefined while none holds. */
export const pauseInWords = ({ paused }: OrdersHeld): string | undefined =>
  paused === null
    ? undefined
    : `ICT has paused Beadle on this device since ${WHEN.format(new Date(paused.since))}, until ${WHEN.format(new Date(paused.until))} or until ICT ends it: nothing is collected, and no notices are shown. What is restricted stays restricted.`;
