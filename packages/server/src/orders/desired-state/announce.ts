import { sql } from 'kysely';
import type { OpenDatabase, Tx } from '../../db/database.ts';
import type { Ordered } from './raise.ts';

/** Within the transaction that changed what a device is to hold to: heard once that is there, and never before. */
export type Announce = (tx: Tx, of: Ordered) => Promise<void>;

export interface Announcements {
  readonly announce: Announce;
  /**
   * `heard` is called for each device whose desired state was changed by any server; `missed` where some may not have been
   * heard. Gives what ends it.
   */
  readonly listen: (heard: (of: Ordered) => void, missed: () => void) => () => void;
}

const CHANNEL = 'beadle_orders';

/**
 * Across servers by PostgreSQL's LISTEN and NOTIFY, which tells at the commit (its manual, NOTIFY). On SQLite in this
 * process: whoever hears of it waits for the one connection, on which the transaction is until its end.
 */
export function createAnnouncements({ listen }: Pick<OpenDatabase, 'listen'>, pooled?: () => void): Announcements {
  if (listen === undefined) return inProcess();
  return {
    announce: async (tx, { organisation, device }) => {
      await sql`select pg_notify(${CHANNEL}, ${JSON.stringify([organisation, device])})`.execute(tx);
    },
    listen: (heard, missed) =>
      listen(CHANNEL, {
        heard: (payload) => {
          const [organisation, device] = JSON.parse(payload) as [string, string];
          heard({ organisation, device });
        },
        missed,
        ...(pooled === undefined ? {} : { pooled }),
      }),
  };
}

function inProcess(): Announcements {
  const listeners = new Set<(of: Ordered) => void>();
  return {
    announce: (_tx, of) => {
      for (const heard of listeners) heard(of);
      return Promise.resolve();
    },
    listen: (heard) => {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
  };
}
