import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import type { World } from './clock.ts';
import { type Council, createCouncil } from './council.ts';
import { onSqlite, type TestDatabase } from './database.ts';
import { createLaptop, type Laptop, transportTo } from './laptop.ts';
import { putPolicy } from './policy.ts';

/** The numbers of the first laptop's findings: more than are copied at once. */
export const NUMBERS = Array.from({ length: 1200 }, (_, index) => index + 1);

/** A council that has lived on SQLite and is closed; its laptops go on with whatever server serves its records next. */
export interface Lived {
  /** The temporary folder of all of it. */
  readonly base: string;
  /** Of the database. */
  readonly folder: string;
  readonly keysFolder: string;
  readonly laptops: readonly [Laptop, Laptop];
  /** Another server for the same devices, on `database`, which it leaves when it is closed. */
  serve(database: TestDatabase): Promise<Council>;
  close(): void;
}

/** Findings, breaches, a gap, a second generation, a person's report, an authorisation, and acts of people. */
async function live(council: Council, [first, second]: Lived['laptops']): Promise<void> {
  await first.keep(...NUMBERS);
  await first.checkIn();
  first.show('off');
  await first.cycle();
  await first.checkIn();
  await second.keep(1, 2);
  await second.checkIn();
  for (const ending of ['', '-wal', '-shm']) rmSync(join(second.data, `outbox.db${ending}`), { force: true });
  await second.keep(3);
  await second.checkIn();
  await second.enrolAgain();
  await second.keep(4);
  await second.checkIn();
  await council.ask('POST', '/api/v1/breaches', { title: 'A laptop is lost', description: 'It was left on a train.' });
  await council.ask('POST', '/api/v1/breaches/BR-2026-000001/acknowledgement');
  const people = 'account,name,population,groups\nsam,Sam,employee,housing\n';
  await council.ask('POST', '/api/v1/people/import', people, 'text/csv');
  await council.ask('POST', '/api/v1/roles', { role: 'siro', account: 'sam', standing: 'holder' });
  await council.ask('POST', '/api/v1/registers/sticks/import', 'serial\nAA01\n', 'text/csv');
  const day = { validFrom: '2026-11-23T09:00:00Z', validTo: '2026-11-24T09:00:00Z' };
  const build = { kind: 'ict-build', subject: { devices: ['DBC-2'] }, purpose: 'It is built.', risks: 'Few.', ...day };
  await council.ask('POST', '/api/v1/authorisations', { ...build, accepted: true });
  await council.app().jobs.runDue();
}

export async function createLived(world: World): Promise<Lived> {
  const base = mkdtempSync(join(tmpdir(), 'beadle-lived-'));
  const folder = join(base, 'lived');
  const keysFolder = `${folder}-keys`;
  const environment = { BEADLE_SERVER_KEYS_FOLDER: keysFolder };
  const left = (database: TestDatabase) => ({ ...database, drop: () => Promise.resolve() });
  let council = await createCouncil(world, { database: left(onSqlite(folder)), environment });
  // To the server of the moment.
  const transport: Transport = {
    send: (...request) => transportTo(council).send(...request),
    close: () => Promise.resolve(),
  };
  await putPolicy(council);
  const laptop = (assetTag: string) => createLaptop({ council, world, assetTag, transport });
  const laptops = [await laptop('DBC-1'), await laptop('DBC-2')] as const;
  await live(council, laptops);
  await council.close();
  return {
    base,
    folder,
    keysFolder,
    laptops,
    async serve(database) {
      council = await createCouncil(world, { database: left(database), environment, seed: 'next' });
      return council;
    },
    close() {
      for (const { close } of laptops) close();
      rmSync(base, { recursive: true });
    },
  };
}
