import { iso } from '@beadle/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOfDevice } from '../../src/authorisations/subjects.ts';
import { authorisationsFor } from '../../src/authorisations/told.ts';
import { seedDevice } from '../support/seed.ts';
import { DAY, type Desk, openDesk, refOf } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
  await seedDevice(desk.db, { id: 'spare', asset_tag: 'DBC-2', groups: '["Planning"]', population: 'contractor' });
});
afterAll(() => desk.close());

const url = '/api/v1/authorisations';
const ann = (given: object) => desk.stick({ accepted: undefined, acceptedOn: '2026-06-01', ...given });

async function toldTo(id: string, at = desk.clock.now()) {
  const device = await desk.db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return desk.db.transaction().execute((tx) => authorisationsFor(tx, device, at));
}
const refsOf = async (id: string, at?: number) => (await toldTo(id, at)).map(({ ref }) => ref);

async function approved(given: object): Promise<string> {
  const asked = await desk.ict('POST', url, ann(given));
  expect(asked.statusCode).toBe(201);
  const ref = refOf(asked);
  expect((await desk.officer('POST', `${url}/${ref}/approval`, {})).statusCode).toBe(200);
  return ref;
}

describe('a device is told', () => {
  it('of what is for it, its holder, their groups and their population, and of nothing else', async () => {
    const device = await approved({ subject: { devices: ['DBC-1', 'DBC-2'] } });
    const person = await approved({ subject: { person: 'sam  rivers' } });
    const group = await approved({ subject: { group: 'planning' } });
    const population = await approved({ subject: { population: 'contractor' } });
    await desk.sam('POST', url, desk.stick());
    expect(await refsOf('sam')).toEqual([device, person]);
    expect(await refsOf('spare')).toEqual([device, group, population]);
  });

  it('of each once, also where it concerns it in more than one way', async () => {
    await seedDevice(desk.db, { id: 'both', asset_tag: 'DBC-3', holder: 'Kit Marsh', groups: '["a","A"]' });
    const ref = await approved({ subject: { group: 'a' } });
    expect(await refsOf('both')).toEqual([ref]);
  });

  it('of those to come, and of those that have been over for up to 45 days', async () => {
    await seedDevice(desk.db, { id: 'later', asset_tag: 'DBC-4' });
    const ref = await approved({
      subject: { devices: ['DBC-4'] },
      validFrom: desk.inDays(10),
      validTo: desk.inDays(20),
    });
    const end = desk.clock.now() + 20 * DAY;
    expect(await refsOf('later')).toEqual([ref]);
    expect(await refsOf('later', end + 45 * DAY - 1)).toEqual([ref]);
    expect(await refsOf('later', end + 45 * DAY)).toEqual([]);
  });

  it('of a revoked one with that moment as its end, and never of one that was revoked before it began', async () => {
    await seedDevice(desk.db, { id: 'revoked', asset_tag: 'DBC-5' });
    const [begun, toCome] = [
      await approved({ subject: { devices: ['DBC-5'] } }),
      await approved({ subject: { devices: ['DBC-5'] }, validFrom: desk.inDays(5) }),
    ];
    desk.clock.pass(60_000);
    for (const ref of [begun, toCome])
      expect((await desk.officer('POST', `${url}/${ref}/revocation`, { reason: 'No longer needed.' })).statusCode).toBe(
        200,
      );
    expect(await toldTo('revoked')).toMatchObject([{ ref: begun, validTo: iso(desk.clock.now()) }]);
  });
});

describe('the keys of a device', () => {
  it('are the same however its holder’s name is written', () => {
    const device = { id: 'd', population: null, groups: '[]' };
    const name = fc.stringMatching(/^[A-Za-z]{1,8}( [A-Za-z]{1,8}){0,2}$/);
    fc.assert(
      fc.property(name, fc.nat(3), (holder, spaces) => {
        const other = ` ${holder.toUpperCase().replaceAll(' ', ' '.repeat(spaces + 1))} `;
        expect(keysOfDevice({ ...device, holder: other })).toEqual(keysOfDevice({ ...device, holder }));
      }),
    );
  });
});
