import { linkOf, START } from '@beadle/shared';
import pg from 'pg';
import type { KeptDevice } from '../../scripts/fleet/device.ts';

/** What a server's database has of the devices of a fleet, beside what those hold as acknowledged. */
export interface Compared {
  readonly devices: number;
  /** Acknowledged to devices, by their own word. */
  readonly acknowledged: number;
  /** In the database. */
  readonly kept: number;
  /** Devices whose head is not the one that was acknowledged, or whose chain has a fault. */
  readonly different: readonly string[];
}

interface Row {
  readonly device: string;
  /** PostgreSQL's `bigint`, which its driver gives as text. */
  readonly generation: string;
  readonly sequence: string;
  readonly link: string;
  readonly body_hash: string;
}

/** Where the chain of these findings ends; undefined where one does not follow on the one before. */
function endOf(rows: readonly Row[]) {
  let at = START;
  for (const { device, generation, ...row } of rows) {
    const sequence = Number(row.sequence);
    const link = linkOf({
      previous: at.link,
      device,
      generation: Number(generation),
      sequence,
      bodyHash: row.body_hash,
    });
    if (sequence !== at.sequence + 1 || link !== row.link) return undefined;
    at = { sequence, link };
  }
  return at;
}

/** Holds every finding of these devices against what they hold as acknowledged, link by link. */
export async function compare(database: string, devices: readonly KeptDevice[]): Promise<Compared> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const columns = 'device, generation, sequence, link, body_hash';
  const { rows } = await client.query<Row>(
    `select ${columns} from findings where device = any($1) order by device, generation, sequence`,
    [devices.map(({ enrolment }) => enrolment.device)],
  );
  await client.end();
  const byDevice = Map.groupBy(rows, ({ device }) => device);
  const different = devices.filter(({ enrolment, acknowledged }) => {
    const end = endOf(byDevice.get(enrolment.device) ?? []);
    return end?.sequence !== acknowledged.sequence || end.link !== acknowledged.link;
  });
  return {
    devices: devices.length,
    acknowledged: devices.reduce((sum, { acknowledged }) => sum + acknowledged.sequence, 0),
    kept: rows.length,
    different: different.map(({ enrolment }) => enrolment.device),
  };
}
