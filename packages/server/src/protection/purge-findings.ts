import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { keptSince, type Retention } from '../organisation/retention.ts';
import type { HeldNow } from './held-now.ts';
import { type Step, stepOf } from './phase.ts';

/** Read at once, so that no other waits long; most of them are erased. */
const LOOKED_AT = 500;

type Place = readonly [receivedAt: number, device: string, generation: number, sequence: number];

export interface PurgeContext {
  readonly organisation: string;
  /** In milliseconds since the epoch: the same in every step of a run. */
  readonly now: number;
  readonly retention: Retention;
  readonly held: HeldNow;
}

/** What erasing leaves of a finding: its place in the chain, what rule it was of and how that stood, by the day. */
export const ERASED_FINDING = {
  body: null,
  subject: '',
  reason: null,
  at: sql<number>`received_at - received_at % 86400000`,
  received_at: sql<number>`received_at - received_at % 86400000`,
} as const;

const isKeptFrom = (ended: number | null, isDismissed: boolean, { retention, now }: PurgeContext): boolean =>
  ended === null || ended >= keptSince(now, isDismissed ? retention.dismissed : retention.breaches);

/** The breaches that a part of the findings rests under, by the finding's place. */
async function breachesUnder(tx: Tx, organisation: string, rows: readonly Row[]) {
  const links = await tx
    .selectFrom('breach_findings as link')
    .innerJoin('breaches', (join) =>
      join.onRef('breaches.organisation', '=', 'link.organisation').onRef('breaches.id', '=', 'link.breach'),
    )
    .select(['link.device', 'link.generation', 'link.sequence', 'breaches.id', 'breaches.ended_at', 'breaches.status'])
    .where('link.organisation', '=', organisation)
    .where((eb) =>
      eb.or(
        groupsOf(rows).map(([one, numbers]) =>
          eb.and([
            eb('link.device', '=', one.device),
            eb('link.generation', '=', one.generation),
            eb('link.sequence', 'in', numbers),
          ]),
        ),
      ),
    )
    .execute();
  return Map.groupBy(links, keyOf);
}

interface Row {
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
}
const keyOf = ({ device, generation, sequence }: Row): string => `${generation} ${sequence} ${device}`;

/** By chain, so that many are named in few words. */
const groupsOf = <R extends Row>(rows: readonly R[]): (readonly [R, number[]])[] =>
  [...Map.groupBy(rows, ({ device, generation }) => `${generation} ${device}`).values()].flatMap((of) => {
    const [first] = of;
    return first === undefined ? [] : [[first, of.map(({ sequence }) => sequence)] as const];
  });

function candidates(tx: Tx, { organisation, retention, now }: PurgeContext, after: Place | null) {
  const youngest = Math.max(
    ...[retention.findings, retention.breaches, retention.dismissed].map((time) => keptSince(now, time)),
  );
  const query = tx
    .selectFrom('findings')
    .select(['device', 'generation', 'sequence', 'received_at'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('states')
            .select('states.device')
            .whereRef('states.organisation', '=', 'findings.organisation')
            .whereRef('states.device', '=', 'findings.device')
            .whereRef('states.sequence', '=', 'findings.sequence'),
        )
        .as('holds_now'),
    )
    .where('organisation', '=', organisation)
    // As it stands in the index: otherwise what has been erased is gone through again.
    .where(sql<boolean>`body is not null`)
    .where('received_at', '<', youngest)
    .orderBy('received_at')
    .orderBy('device')
    .orderBy('generation')
    .orderBy('sequence')
    .limit(LOOKED_AT);
  if (after === null) return query;
  return query.where((eb) =>
    eb(
      eb.refTuple('received_at', 'device', 'generation', 'sequence'),
      '>',
      eb.tuple(after[0], after[1], after[2], after[3]),
    ),
  );
}

/**
 * Erases what findings say that are kept no longer, and leaves their place in the chain. What holds now is kept, however
 * long ago it began; what a breach rests on is kept with the breach.
 */
export async function purgeFindings(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, retention, now, held } = context;
  const rows = await candidates(tx, context, place === null ? null : (JSON.parse(place) as Place)).execute();
  const under = rows.length === 0 ? new Map<string, never[]>() : await breachesUnder(tx, organisation, rows);
  const old = rows.filter((row) => {
    if (Number(row.holds_now) === 1 || String(row.holds_now) === 'true' || held.devices.includes(row.device))
      return false;
    const breaches = under.get(keyOf(row)) ?? [];
    if (breaches.length === 0) return row.received_at < keptSince(now, retention.findings);
    return !breaches.some(
      ({ id, ended_at: ended, status }) =>
        held.breaches.includes(id) || isKeptFrom(ended, status === 'not-a-breach', context),
    );
  });
  for (const [{ device, generation }, sequences] of groupsOf(old))
    await tx
      .updateTable('findings')
      .set(ERASED_FINDING)
      .where('organisation', '=', organisation)
      .where('device', '=', device)
      .where('generation', '=', generation)
      .where('sequence', 'in', sequences)
      .execute();
  const last = rows.at(-1);
  const next: Place | undefined = last && [last.received_at, last.device, last.generation, last.sequence];
  return stepOf({ erased: old.length, looked: rows.length, atOnce: LOOKED_AT, next });
}
