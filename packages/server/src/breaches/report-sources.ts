import type { Selectable } from 'kysely';
import type { DeviceTable } from '../db/schema.ts';
import type { FindingView } from '../findings/read.ts';
import type { BreachEventRow, BreachView, HeadRow, NoticeRow } from './read.ts';

/** Everything that a report is made from. */
export interface ReportSources {
  readonly marking: string;
  readonly council: string;
  readonly now: number;
  readonly breach: BreachView;
  readonly device: Selectable<DeviceTable> | undefined;
  readonly head: HeadRow | undefined;
  /** Newest first. */
  readonly findings: readonly FindingView[];
  readonly findingsAreWhole: boolean;
  /** Newest first. */
  readonly events: readonly BreachEventRow[];
  readonly notices: readonly NoticeRow[];
}
