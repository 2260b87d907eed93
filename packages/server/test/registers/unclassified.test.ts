import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unclassifiedPrinters } from '../../src/registers/read.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedState } from '../support/seed.ts';

let server: ConsoleServer;
const observed = (target: string) => JSON.stringify({ printer: 'other', target });
const viewer = (name: string) => ({ organisation: ORGANISATION, name });
const seenBy = async (name: string) =>
  (await unclassifiedPrinters(server.db, viewer(name))).map(({ target }) => target).toSorted();

beforeAll(async () => {
  server = await startConsoleServer();
  const [one, other] = [await seedDevice(server.db), await seedDevice(server.db)];
  const of = { check_name: 'printing', rule: 'home-printing' } as const;
  const kept = { ...of, concealed_from: '["una officer"]' };
  await seedBreach(server.db, one.id, { ...kept, subject: 'event', observed: observed('ipp://hotel.example/1') });
  await seedBreach(server.db, one.id, { ...kept, subject: 'queue', observed: observed('ipp://home.example/2') });
  await seedState(server.db, one.id, { ...of, subject: 'queue', observed: observed('ipp://home.example/2') });
  await seedState(server.db, other.id, { ...of, subject: 'queue', observed: observed('ipp://office.example/3') });
  await seedBreach(server.db, other.id, { ...of, subject: 'event', observed: observed('ipp://library.example/4') });
});
afterAll(() => server.close());

const ALL = ['ipp://home.example/2', 'ipp://hotel.example/1', 'ipp://library.example/4', 'ipp://office.example/3'];

describe('printers that nobody has placed', () => {
  it('are those of every breach and state, for who is in none of them', async () => {
    expect(await seenBy('Somebody Else')).toEqual(ALL);
  });

  it('are not told to whom a breach implicates, by the breach or by the state that it came from', async () => {
    expect(await seenBy('Una Officer')).toEqual(ALL.slice(2));
    const browser = await server.signIn('information-security-team-leader', 'Una Officer');
    const page = (await browser.get('/registers/printers')).body;
    expect([page.includes('hotel.example'), page.includes('home.example'), page.includes('library.example')]).toEqual([
      false,
      false,
      true,
    ]);
    const list = (await browser.get('/api/v1/registers/printers/unclassified')).body;
    expect([list.includes('hotel.example'), list.includes('library.example')]).toEqual([false, true]);
  });

  it('are told, of another device that prints there too, to everybody', async () => {
    const third = await seedDevice(server.db);
    const of = { check_name: 'printing', rule: 'home-printing', subject: 'queue' } as const;
    await seedState(server.db, third.id, { ...of, observed: observed('ipp://home.example/2') });
    expect(await seenBy('Una Officer')).toContain('ipp://home.example/2');
  });
});
