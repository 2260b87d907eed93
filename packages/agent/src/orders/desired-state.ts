import { type DesiredState, type DocumentRefusal, DESIRED_STATE_TYPE, iso, openDesiredState } from '@beadle/shared';
import type { Logger } from 'pino';
import type { KnownServer } from '../identity/identity.ts';
import { keyOfKept } from '../identity/server-key.ts';
import { createMeta, ORDERS_REFUSED } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';
import type { EffectBook } from './effects.ts';

const SELECT = 'select jws from documents where type = ?';

/** The desired state on this device; undefined where there is none, or what is there is not the server's for this device. */
export function readDesiredState(sql: Sql, server: KnownServer): DesiredState | undefined {
  const stored = sql.prepare<[string], { jws: string }>(SELECT).get(DESIRED_STATE_TYPE);
  if (stored === undefined) return undefined;
  const { device } = server.enrolment;
  const opened = openDesiredState(stored.jws, keyOfKept(server, stored.jws), { device, atLeast: 0 });
  return typeof opened === 'string' ? undefined : opened;
}

export interface DesiredStateKeeperOptions {
  readonly sql: Sql;
  readonly identity: KnownServer;
  readonly effects: Pick<EffectBook, 'refused'>;
  readonly now: () => number;
  readonly log: Logger;
}

/** A refusal waits here for the next observation of `agent-health`, the newest few of them. */
const FINDINGS_KEPT = 20;

const payloadOf = (jws: string): string | undefined => jws.split('.')[1];

/** Keeps the newest desired state that the pinned server has signed for this device (invariant 5). */
export function createDesiredStateKeeper({ sql, identity, effects, now, log }: DesiredStateKeeperOptions) {
  const meta = createMeta(sql);
  const write = sql.prepare(
    `insert into documents (type, jws, serial) values (?, ?, ?)
     on conflict (type) do update set jws = excluded.jws, serial = excluded.serial`,
  );
  const held = () => sql.prepare<[string], { jws: string }>(SELECT).get(DESIRED_STATE_TYPE)?.jws;
  let current = readDesiredState(sql, identity);
  if (current === undefined && held() !== undefined) log.warn('the desired state on this device does not hold');

  function refuse(why: DocumentRefusal): void {
    log.warn({ refusal: why }, 'a desired state was refused');
    effects.refused(why);
    const before = JSON.parse(meta.text(ORDERS_REFUSED) ?? '[]') as unknown[];
    meta.set(ORDERS_REFUSED, JSON.stringify([...before, { at: iso(now()), why }].slice(-FINDINGS_KEPT)));
  }

  function take(jws: string): 'taken' | 'held' | 'refused' {
    const version = current?.version ?? 0;
    const opened = openDesiredState(jws, identity.serverKey, { device: identity.enrolment.device, atLeast: version });
    if (typeof opened === 'string') {
      refuse(opened);
      return 'refused';
    }
    if (opened.version === version) {
      // The same said again, perhaps with another signature; something else under its number is not.
      if (payloadOf(jws) === payloadOf(held() ?? '')) return 'held';
      refuse('older');
      return 'refused';
    }
    write.run(DESIRED_STATE_TYPE, jws, opened.version);
    current = opened;
    return 'taken';
  }

  return {
    current: (): DesiredState | undefined => current,
    version: (): number => current?.version ?? 0,
    /** What came of each document, in their order. */
    accept: (documents: readonly string[]) => documents.map((jws) => sql.transaction(take).immediate(jws)),
  };
}

export type DesiredStateKeeper = ReturnType<typeof createDesiredStateKeeper>;
