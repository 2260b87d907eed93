import type { HandChange } from '../db/hand-changes.ts';
import type { Plan } from './plan.ts';

/** A change by hand that an import takes back. */
export interface Overruled {
  readonly key: string;
  readonly columns: readonly string[];
  /** Who had changed it. */
  readonly by: readonly string[];
}

/** What a plan takes back of what people changed by hand; pure. Of a row that goes, or comes back, it is everything. */
export function overruledBy(plan: Plan, changes: readonly HandChange[]): Overruled[] {
  const all = new Set([...plan.gone, ...plan.added.map(({ key }) => key)]);
  const columns = new Map(plan.changed.map((change) => [change.key, new Set(change.columns)]));
  const taken = changes.filter(({ key, column }) => all.has(key) || columns.get(key)?.has(column) === true);
  return [...Map.groupBy(taken, ({ key }) => key)].map(([key, marks]) => ({
    key,
    columns: marks.map(({ column }) => column),
    by: [...new Set(marks.map(({ by }) => by))],
  }));
}
