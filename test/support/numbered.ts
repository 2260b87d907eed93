import { join } from 'node:path';
import { bodyHash, linkOf, START } from '@beadle/shared';
import SQLite from 'better-sqlite3';

/** Under which the findings of `stream.ts` are breaches. */
export const NUMBERED_POLICY = `beadlePolicy: 1
title: Sticks
organisation: Test Council
version: "1"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - { id: sticks, clause: "1", says: No sticks., check: removable-media, require: { allow: none }, severity: low, mode: report, duty: ict }
`;

interface Stored {
  readonly device: string;
  readonly sequence: number;
  readonly link: string;
  readonly body: Buffer;
}

/** The numbers in the database in `folder`, and whether each link follows from the one before and the stored bytes. */
export function whatArrived(folder: string) {
  const database = new SQLite(join(folder, 'beadle.db'), { readonly: true });
  const rows = database
    .prepare<[], Stored>('select device, sequence, link, body from findings order by sequence')
    .all();
  const breach = database
    .prepare<[], { count: number; breaches: number }>('select sum(count) as count, count(*) as breaches from breaches')
    .get();
  database.close();
  let previous = START;
  const broken = rows.filter((row) => {
    const link = linkOf({
      previous: previous.link,
      device: row.device,
      generation: 1,
      sequence: previous.sequence + 1,
      bodyHash: bodyHash(row.body),
    });
    const follows = row.sequence === previous.sequence + 1 && row.link === link;
    previous = row;
    return !follows;
  });
  const numbers = rows.map(
    ({ body }) => (JSON.parse(body.toString()) as { observed: { number: number } }).observed.number,
  );
  return { numbers, broken: broken.length, breach };
}
