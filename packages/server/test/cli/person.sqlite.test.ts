import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runServerCommand, withDatabase } from '../support/command.ts';
import type { Db } from '../../src/db/database.ts';
import { personRow } from '../support/people.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';
import { seedChain } from '../protection/chains.ts';

let folder = '';

const run = (...args: string[]) =>
  runServerCommand(args, { workingFolder: folder, environment: { BEADLE_SERVER_DATABASE: folder } });

const inDatabase = <T>(work: (db: Db) => Promise<T>) => withDatabase(folder, work);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-person-'));
  await run('migrate');
  await inDatabase(async (db) => {
    const row = personRow({ id: 'one', account: 'sam.rivers', name: 'Sam Rivers', created_at: 1, changed_at: 1 });
    await db.insertInto('people').values(row).execute();
    await seedDevice(db, { id: 'device-one', asset_tag: 'DBC-00001', holder: 'sam.rivers' });
    await seedChain(db, 'device-one', [{ says: 'something' }]);
    await seedBreach(db, 'device-one', { id: 'open', ref: 'BR-2026-000001' });
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes all that is held about a person into a new file that only its owner reads', async () => {
  const { exitCode, out } = await run('person', 'export', 'Sam.Rivers', 'held.json');
  expect([exitCode, out]).toEqual([0, `All that is held about Sam.Rivers is in ${join(folder, 'held.json')}.\n`]);
  expect(statSync(join(folder, 'held.json')).mode & 0o777).toBe(0o600);
  const told = JSON.parse(readFileSync(join(folder, 'held.json'), 'utf8'));
  expect(told).toMatchObject({ form: 'beadle-person-export-1', writtenFor: 'cli:root' });
  const again = await run('person', 'export', 'sam.rivers', 'held.json');
  expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('is there already') });
  const nobody = await run('person', 'export', 'nobody', 'other.json');
  expect(nobody).toMatchObject({ exitCode: 1, err: 'beadle-server: Nobody has this account.\n' });
});

it('erases a person once nothing keeps them', async () => {
  const kept = await run('person', 'erase', 'sam.rivers', '--reason', 'They asked.');
  expect(kept.exitCode).toBe(1);
  expect(kept.err).toContain('Breach BR-2026-000001, which is open, concerns this person.');
  await inDatabase((db) => db.updateTable('breaches').set({ ended_at: 1 }).execute());
  const { exitCode, out } = await run('person', 'erase', 'sam.rivers', '--reason', 'They asked.');
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^Erased, and called erased-person-[0-9a-f]{12} from now on: 1 findings, \d+ other entries\.\n$/);
  expect((await run('audit', 'verify')).out).toContain('is intact');
  expect((await run('person', 'erase', 'sam.rivers')).exitCode).toBe(2);
});
