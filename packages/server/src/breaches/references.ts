import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { referenceCounter, referenceOf, type Series, SERIES } from '../db/references.ts';

/** More than a council opens between two backups. */
export const REFERENCES_LEFT_OUT = 1000;

interface Skip {
  readonly organisation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
}

/** The counters of a series, the present year's among them even where the copy is from before it. */
async function countersOf(tx: Tx, series: Series, { organisation, at }: Skip): Promise<string[]> {
  const rows = await tx
    .selectFrom('counters')
    .select('name')
    .where('organisation', '=', organisation)
    .where('name', 'like', `${series}-%`)
    .execute();
  return [...new Set([...rows.map(({ name }) => name), referenceCounter(series, at)])].toSorted();
}

/**
 * After an older copy was put back: references were given out since and stand in people's mail. A gap is left, so that
 * none is given twice: a gap can be seen, a reference that means two things cannot. Gives the next reference of each
 * series and year.
 */
export async function skipReferences(tx: Tx, skip: Skip): Promise<readonly string[]> {
  const { organisation, at, actor } = skip;
  const next: string[] = [];
  for (const series of Object.keys(SERIES) as Series[]) {
    for (const name of await countersOf(tx, series, skip)) {
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
      next.push(referenceOf(series, name.slice(-4), value + 1));
    }
  }
  const act = { organisation, at, actor, action: 'references-skipped', target: `organisation:${organisation}` };
  await recordAct(tx, { ...act, detail: { count: REFERENCES_LEFT_OUT, next } });
  return next;
}
