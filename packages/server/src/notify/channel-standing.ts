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

/** Neither sent nor given up for another way: few at any time, and found by their status. */
const UNDELIVERED = ['waiting', 'failed'] as const;

async function lastErrors(db: Db, organisation: string): Promise<ReadonlyMap<string, string>> {
  const newest = db
    .selectFrom('notices')
    .select((eb) => eb.fn.max('id').as('id'))
    .where('organisation', '=', organisation)
    .where('status', 'in', UNDELIVERED)
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

const channelsOf = (db: Db, organisation: string) =>
  db
    .selectFrom('notices')
    .select('channel')
    .distinct()
    .where('organisation', '=', organisation)
    .orderBy('channel')
    .execute();

const undeliveredOf = (db: Db, organisation: string) =>
  db
    .selectFrom('notices')
    .select(['channel', 'status', (eb) => eb.fn.countAll().as('count')])
    .where('organisation', '=', organisation)
    .where('status', 'in', UNDELIVERED)
    .groupBy(['channel', 'status'])
    .execute();

/** So many of the last that were written: one that was tried again for days is not looked for among all. */
const LOOKED_AT = 50;

/** When the last of a channel was sent, among those that were written last. */
async function lastSentOf(db: Db, organisation: string, channel: string): Promise<number | null> {
  const rows = await db
    .selectFrom('notices')
    .select('sent_at')
    .where('organisation', '=', organisation)
    .where('channel', '=', channel)
    .where('status', '=', 'sent')
    .orderBy('id', 'desc')
    .limit(LOOKED_AT)
    .execute();
  const sent = rows.flatMap(({ sent_at: at }) => at ?? []);
  return sent.length === 0 ? null : Math.max(...sent);
}

/** How each channel that has had a message stands. */
export async function channelStandings(db: Db, organisation: string): Promise<ChannelStanding[]> {
  const undelivered = await undeliveredOf(db, organisation);
  const errors = await lastErrors(db, organisation);
  const standings: ChannelStanding[] = [];
  for (const { channel } of await channelsOf(db, organisation)) {
    const count = (status: string) =>
      Number(undelivered.find((row) => row.channel === channel && row.status === status)?.count ?? 0);
    standings.push({
      channel,
      lastSentAt: await lastSentOf(db, organisation, channel),
      waiting: count('waiting'),
      failed: count('failed'),
      lastError: errors.get(channel) ?? null,
    });
  }
  return standings;
}
