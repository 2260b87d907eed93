import { iso } from '@beadle/shared';
import type { Tx } from './database.ts';

/** What is given references, by the name of its counters, each with its letters. */
export const SERIES = {
  breaches: 'BR',
  clusters: 'CL',
  authorisations: 'AU',
  incidents: 'IN',
  helpdesk: 'HD',
  holds: 'LH',
  rights: 'DP',
  withdrawals: 'WD',
  exhibits: 'EX',
} as const;
export type Series = keyof typeof SERIES;

/** The counter that `at`'s references are of (`nextReference`). */
export const referenceCounter = (series: Series, at: number): string => `${series}-${iso(at).slice(0, 4)}`;

/** `BR-2026-000001`. */
export const referenceOf = (series: Series, year: string, number: number): string =>
  `${SERIES[series]}-${year}-${String(number).padStart(6, '0')}`;

/** Rises within an organisation and a year, and is never given twice. */
export async function nextReference(tx: Tx, organisation: string, series: Series, at: number): Promise<string> {
  const name = referenceCounter(series, at);
  const { value } = await tx
    .insertInto('counters')
    .values({ organisation, name, value: 1 })
    .onConflict((conflict) =>
      conflict.columns(['organisation', 'name']).doUpdateSet((row) => ({ value: row('counters.value', '+', 1) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return referenceOf(series, name.slice(-4), value);
}
