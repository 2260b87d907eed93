import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCsv, registers } from '../../src/registers/run.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seededRandom, startTestServer, type TestServer } from '../app/harness.ts';
import { createDirectory, type Directory } from './directory.ts';

/** `BEADLE_DEPARTMENT=500` for one as large as councils have; a tenth of it is as good a test, and quick. */
const PEOPLE = Number(process.env['BEADLE_DEPARTMENT'] ?? 50);
const FACILITIES = ['network', 'email-and-internet', 'business-systems', 'remote-access'] as const;
/** Whom the directory does not know. */
const GONE = 7;
const url = '/api/v1/withdrawals';

const accountOf = (number: number): string => `person.${String(number).padStart(3, '0')}`;

let server: TestServer;
let directory: Directory;

async function seedDepartment(): Promise<void> {
  const lines = Array.from({ length: PEOPLE }, (_, n) => `${accountOf(n)},Person ${n},,employee,,,,Planning`);
  const text = `account,name,email,population,line_manager,absent_from,ends_on,groups\n${lines.join('\n')}\n`;
  const context = {
    organisation: ORGANISATION,
    at: server.clock.now(),
    by: 'Ann',
    random: seededRandom(),
    source: 'csv',
  } as const;
  const options = { dryRun: false, whole: false, evenMany: false };
  const bytes = new TextEncoder().encode(text);
  await server.db.transaction().execute((tx) => importCsv(tx, registers.people, bytes, context, options));
}

beforeAll(async () => {
  directory = createDirectory('active-directory', FACILITIES);
  server = await startTestServer({}, undefined, { connectors: [directory.connector] });
  await seedDepartment();
  for (let number = GONE; number < PEOPLE; number += 1)
    for (const facility of FACILITIES) directory.access.set(`${accountOf(number)} ${facility}`, true);
}, 60_000);
afterAll(() => server.close());

const read = async (ref: string) => (await server.as('auditor', { url: `${url}/${ref}` })).json();

/** Runs what is due until nothing moves any more, an hour at most for each attempt. */
async function runUntilStill(ref: string): Promise<{ counts: Record<string, number>; status: string }> {
  let last = '';
  for (;;) {
    await server.app.jobs.runDue();
    const { counts, status } = await read(ref);
    if (JSON.stringify(counts) === last) return { counts, status };
    last = JSON.stringify(counts);
    server.clock.pass(90_000);
  }
}

describe('a department with 4 facilities, in a directory that fails one call in ten', () => {
  it('is withdrawn and restored: everything is proven, or listed as needing a person with the reason', {
    timeout: 240_000,
  }, async () => {
    const random = seededRandom();
    let calls = 0;
    let failed = 0;
    directory.fault = (_doing, moment) => {
      if (moment === 'before') calls += 1;
      if (random.fraction() >= 0.05) return;
      failed += 1;
      throw new Error('the directory did not answer');
    };
    const until = new Date(server.clock.now() + 30 * 864e5).toISOString();
    const payload = {
      subjects: ['group:Planning'],
      facilities: FACILITIES,
      mode: 'temporary',
      until,
      reason: 'An incident.',
    };
    const { ref } = (await server.as('ict-administrator', { method: 'POST', url, payload })).json();
    await server.as('siro', { method: 'POST', url: `${url}/${ref}/approval`, payload: { reason: 'Yes.' } });

    const withdrawn = await runUntilStill(ref);
    expect(withdrawn.counts).toEqual({ proven: (PEOPLE - GONE) * 4, 'needs-person': GONE * 4 });
    expect([...directory.access.values()].filter(Boolean)).toEqual([]);
    const { steps } = await read(ref);
    const needing = steps.filter(({ status }: { status: string }) => status === 'needs-person');
    expect(new Set(needing.map(({ trouble }: { trouble: string }) => trouble)).size).toBe(GONE);
    expect(failed / calls).toBeGreaterThan(0.05);

    await server.as('ict-administrator', {
      method: 'POST',
      url: `${url}/${ref}/restoration`,
      payload: { reason: 'Over.' },
    });
    const restored = await runUntilStill(ref);
    expect(restored).toEqual({ counts: { restored: PEOPLE * 4 }, status: 'restored' });
    expect([...directory.access.values()].every(Boolean)).toBe(true);
    expect(directory.changes).toHaveLength((PEOPLE - GONE) * 4 * 2);
    console.log(
      `a department: ${calls} calls of the directory, ${failed} failed; ${PEOPLE * 4} steps withdrawn and restored`,
    );
  });
});
