import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

let world: World;
let council: Council;
let laptop: Laptop;
beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
});
afterEach(async () => {
  laptop.close();
  await council.close();
});

const csv = (path: string, text: string) => council.ask('POST', `/api/v1/${path}/import`, text, 'text/csv');
/** What the device's own copy of its documents says, once it has checked in. */
async function register() {
  await laptop.checkIn();
  return laptop.running(({ policies }) => policies.current());
}

describe('what a device is told of the registers', () => {
  it('is nothing where none was ever given, which is not an empty one', async () => {
    expect((await register())?.register).toMatchObject({ sticks: null });
    expect((await register())?.register).not.toHaveProperty('printers');
    await csv('registers/sticks', 'serial\n');
    expect((await register())?.register).toMatchObject({ sticks: [] });
  });

  it('is every stick that is not retired, and the printers, the most particular first', async () => {
    await csv('registers/sticks', 'serial,encrypts_in_hardware,retired\nAA01,yes,\nBB02,,yes\n');
    await csv(
      'registers/printers',
      String.raw`pattern,class
*,other
\\printers\*,council
\\printers\Old,home
`,
    );
    expect((await register())?.register).toMatchObject({
      sticks: [{ serial: 'AA01', encryptsInHardware: true }],
      printers: [
        { pattern: String.raw`\\printers\Old`, class: 'home' },
        { pattern: String.raw`\\printers\*`, class: 'council' },
        { pattern: '*', class: 'other' },
      ],
    });
  });

  it('is told once, and again where it changes for this device', async () => {
    await csv('registers/sticks', 'serial,note\nAA01,one\n');
    const serial = (await register())?.serial;
    await csv('registers/sticks', 'serial,note\nAA01,another\n');
    expect((await register())?.serial).toBe(serial);
    await csv('people', 'account,name,population\nsam,Sam Rivers,councillor\n');
    expect((await register())?.serial).toBe(serial);
    await csv('registers/sticks', 'serial\nBB02\n');
    expect((await register())?.serial).toBeGreaterThan(serial ?? 0);
  });
});

describe('whom a device is for', () => {
  const PEOPLE = `account,name,email,population,groups
sam,Sam Rivers,sam@c.test,councillor,housing;planning
kit,Kit Marsh,kit@c.test,employee,housing
kit2,Kit Marsh,kit2@c.test,contractor,
`;
  const hold = (change: object) => council.ask('PATCH', '/api/v1/devices/DBC-1', change);

  it.each([
    ['an account', 'Sam', 'councillor', ['housing', 'planning']],
    ['an address', 'kit2@c.test', 'contractor', []],
    ['a name', 'sam rivers', 'councillor', ['housing', 'planning']],
    ['a name that two have', 'Kit Marsh', null, []],
    ['nobody', 'Lee', null, []],
  ])('is what the record of its holder says, by %s', async (_, holder, population, groups) => {
    await csv('people', PEOPLE);
    await hold({ holder });
    expect((await register())?.register).toMatchObject({ population, groups });
  });

  it('is what the register says of the device itself, where it does', async () => {
    await csv('people', PEOPLE);
    await hold({ holder: 'sam', population: 'employee', groups: ['pool'] });
    expect((await register())?.register).toMatchObject({ population: 'employee', groups: ['pool'] });
  });
});
