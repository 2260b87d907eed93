import type { Db } from '../db/database.ts';

/** What became of a channel's messages. */
export interface ChannelStanding {
  readonly channel: string;
  /** Milliseconds since the epoch; null where none was ever sent. */
  readonly lastSentAt: number | null;
  readonly waiting: number;
  readonly failed: number;
  /** What the far end said last of one that is not delivered; null where it said nothing. */
  readonly lastError: string | null;
}

async function lastErrors(db: Db, organisation: string): Promise<ReadonlyMap<string, string>> {
  const newest = db
    .selectFrom('notices')
    .select((eb) => eb.fn.max('id').as('id'))
    .where('organisation', '=', organisation)
    .where('status', '<>', 'sent')
    .where('last_error', 'is not', null)
    .groupBy('channel');
  const rows = await db
    .selectFrom('notices')
    .select(['channel', 'last_error'])
    .where('organisation', '=', organisation)
    .where('id', 'in', newest)
    .execute();
  return new Map(rows.map(({ channel, last_error: error }) => [channel, error ?? '']));
}

/** How each channel that has had a message stands. */
export async function channelStandings(db: Db, organisation: string): Promise<ChannelStanding[]> {
  const rows = await db
    .selectFrom('notices')
    .select([
      'channel',
      'status',
      (eb) => eb.fn.max('sent_at').as('sent'),
      (eb) => eb.fn.countAll<number>().as('count'),
    ])
    .where('organisation', '=', organisation)
    .groupBy(['channel', 'status'])
    .execute();
  const errors = await lastErrors(db, organisation);
  return [...Map.groupBy(rows, ({ channel }) => channel)].map(([channel, of]) => {
    const count = (status: string) => of.find((row) => row.status === status)?.count ?? 0;
    const sent = of.flatMap((row) => row.sent ?? []);
    return {
      channel,
      lastSentAt: sent.length === 0 ? null : Math.max(...sent),
      waiting: count('waiting'),
      failed: count('failed'),
      lastError: errors.get(channel) ?? null,
    };
  });
}
