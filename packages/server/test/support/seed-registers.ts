import type { Db } from '../../src/db/database.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { importCsv, registers } from '../../src/registers/run.ts';
import { seededRandom } from '../app/harness.ts';
import { seedState } from './seed.ts';

const LISTS = {
  people: `account,name,email,population,line_manager,absent_from,ends_on,groups
ann.officer,Ann Officer,ann.officer@example.org,employee,,,,Information Security
bo.deputy,Bo Deputy,bo.deputy@example.org,employee,ann.officer,2026-01-01,,Information Security
sam.rivers,Sam Rivers,sam.rivers@example.org,employee,ann.officer,,,Housing;Emergency Planning
kit.marsh,Kit Marsh,kit.marsh@example.org,councillor,,,,
lee.field,Lee Field,lee.field@example.org,contractor,sam.rivers,,2026-01-31,Housing
`,
  sticks: `serial,encrypts_in_hardware,holder,note,retired
0781AABB1204,no,Sam Rivers,,yes
IK-D300-55120,yes,Ann Officer,Emergency plan,no
`,
  printers: String.raw`pattern,class,note
\\print.northmere.gov.uk\*,council,The print server
usb://*,home,
ipp://print.justice.gov.uk*,permitted,The county court
`,
} as const;

/** The lists of an invented council: nobody and nothing in them is real. */
export async function seedRegisters(db: Db, now: number): Promise<void> {
  const context = {
    organisation: ORGANISATION,
    at: now,
    by: 'Ann Officer',
    random: seededRandom(),
    source: 'csv',
  } as const;
  const options = { dryRun: false, whole: false, evenMany: false };
  for (const [name, text] of Object.entries(LISTS)) {
    const register = registers[name as keyof typeof LISTS];
    const bytes = new TextEncoder().encode(text);
    await db.transaction().execute((tx) => importCsv(tx, register, bytes, context, options));
  }
  for (const device of ['laptop-04127', 'laptop-04133'])
    await seedState(db, device, {
      rule: 'home-printing-queue',
      clause: '5.14',
      check_name: 'printing',
      subject: 'Canon',
      verdict: 'pass',
      observed: JSON.stringify({ printer: 'other', reach: 'network', target: 'ipp://canon.local/ipp/print' }),
    });
}
