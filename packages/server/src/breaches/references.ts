import { iso } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';

/** More than a council opens between two backups. */
export const REFERENCES_LEFT_OUT = 1000;

const COUNTERS = 'breaches-';

/** The counter that `at`'s references are of (`nextReference`). */
export const referenceCounter = (at: number): string => `${COUNTERS}${iso(at).slice(0, 4)}`;

interface Skip {
  readonly organisation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
}

/** The counters of an organisation's references, the present year's among them even where the copy is from before it. */
async function countersOf(tx: Tx, { organisation, at }: Skip): Promise<string[]> {
  const rows = await tx
    .selectFrom('counters')
    .select('name')
    .where('organisation', '=', organisation)
    .where('name', 'like', `${COUNTERS}%`)
    .execute();
  return [...new Set([...rows.map(({ name }) => name), referenceCounter(at)])].toSorted();
}

/**
 * After an older copy was put back: references were given out since and stand in people's mail. A gap is left, so that
 * none is given twice: a gap can be seen, a reference that means two things cannot. Gives the next reference of each year.
 */
export async function skipReferences(tx: Tx, skip: Skip): Promise<readonly string[]> {
  const { organisation, at, actor } = skip;
  const next: string[] = [];
  for (const name of await countersOf(tx, skip)) {
    const { value } = await tx
      .insertInto('counters')
      .values({ organisation, name, value: REFERENCES_LEFT_OUT })
      .onConflict((conflict) =>
        conflict
          .columns(['organisation', 'name'])
          .doUpdateSet((row) => ({ value: row('counters.value', '+', REFERENCES_LEFT_OUT) })),
      )
      .returning('value')
      .executeTakeFirstOrThrow();
    next.push(referenceOf(name.slice(COUNTERS.length), value + 1));
  }
  const act = { organisation, at, actor, action: 'references-skipped', target: `organisation:${organisation}` };
  await recordAct(tx, { ...act, detail: { count: REFERENCES_LEFT_OUT, next } });
  return next;
}

/** `BR-2026-000001`. */
export const referenceOf = (year: string, number: number): string => `BR-${year}-${String(number).padStart(6, '0')}`;
