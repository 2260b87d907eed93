import type { Selectable } from 'kysely';
import type { BreachActionTable, DeviceTable } from '../db/schema.ts';
import type { FindingView } from '../findings/read.ts';
import type { LastEncryption } from './last-encryption.ts';
import type { BreachView } from './read.ts';
import type { BreachEventRow, HeadRow, NoticeRow } from './read-history.ts';

/** Everything that a report is made from. */
export interface ReportSources {
  readonly marking: string;
  readonly council: string;
  readonly now: number;
  readonly breach: BreachView;
  readonly device: Selectable<DeviceTable> | undefined;
  readonly head: HeadRow | undefined;
  /** What is known now of the device's encryption; null where there is no device. */
  readonly lastEncryption: LastEncryption | null;
  /** Newest first. */
  readonly findings: readonly FindingView[];
  readonly findingsInAll: number;
  /** The oldest of all. */
  readonly first: FindingView | undefined;
  /** Newest first. */
  readonly events: readonly BreachEventRow[];
  readonly eventsInAll: number;
  /** What people decided and did, the oldest first. */
  readonly acts: readonly BreachEventRow[];
  readonly actions: readonly BreachActionTable[];
  /** In the order in which they were made. */
  readonly notices: readonly NoticeRow[];
  readonly noticesInAll: number;
}
