import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedRegisters } from '../support/seed-registers.ts';
import { createDirectory, type Directory } from './directory.ts';

const url = '/api/v1/withdrawals';
const DAY_MS = 86_400_000;
const UNTIL = '2026-06-20T09:00:00.000Z';
const order = {
  subjects: ['sam.rivers'],
  facilities: ['network'],
  mode: 'temporary',
  until: UNTIL,
  reason: 'A lost laptop.',
};

let server: TestServer;
let directory: Directory;
let off: Directory;

beforeAll(async () => {
  directory = createDirectory();
  off = createDirectory('mail', ['email-and-internet']);
  server = await startTestServer({}, undefined, {
    connectors: [directory.connector, { ...off.connector, enabled: false }],
  });
  await seedRegisters(server.db, server.clock.now());
  for (const account of ['sam.rivers', 'lee.field', 'ann.officer', 'bo.deputy', 'kit.marsh'])
    for (const facility of ['network', 'remote-access', 'email-and-internet']) {
      directory.access.set(`${account} ${facility}`, true);
      off.access.set(`${account} ${facility}`, true);
    }
});
afterAll(() => server.close());

const post = (path: string, payload: object, role: CallerRole = 'ict-administrator') =>
  server.as(role, { method: 'POST', url: `${url}${path}`, payload });
const read = async (ref: string) => (await server.as('ict-operator', { url: `${url}/${ref}` })).json();
const stepOf = async (ref: string, subject = 'sam.rivers') =>
  (await read(ref)).steps.find((step: { subject: string }) => step.subject === subject);
const restore = (ref: string) => post(`/${ref}/restoration`, { reason: 'Found again.' });
const run = () => server.app.jobs.runDue();
const titles = async (ref: string) =>
  (await server.db.selectFrom('notices').select(['role', 'title']).where('reference', '=', ref).execute()).map(
    ({ role, title }) => `${role}: ${title}`,
  );

describe('a withdrawal', () => {
  it('takes away, shows that it is away, and gives back', async () => {
    const answer = await post('', order);
    expect(answer.statusCode).toBe(201);
    const { ref, status } = answer.json();
    expect([ref, status]).toEqual(['WD-2026-000001', 'running']);
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(false);
    expect(await read(ref)).toMatchObject({
      status: 'withdrawn',
      counts: { proven: 1 },
      steps: [{ subject: 'sam.rivers', status: 'proven', proof: [{ where: 'dc1', found: 'disabled', holds: true }] }],
    });
    expect((await restore(ref)).json()).toMatchObject({ status: 'restoring' });
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(true);
    expect(await read(ref)).toMatchObject({ status: 'restored', steps: [{ status: 'restored', leftOver: [] }] });
    expect(directory.changes).toEqual(['took sam.rivers network', 'gave sam.rivers network']);
    expect(await titles(ref)).toEqual(['information-security-team-leader: WD-2026-000001: access is being withdrawn']);
  });

  it('is not restored twice, nor refused once it is in force', async () => {
    expect((await restore('WD-2026-000001')).statusCode).toBe(409);
    expect((await post('/WD-2026-000001/refusal', { reason: 'No.' }, 'siro')).statusCode).toBe(409);
    expect((await restore('WD-2026-000999')).statusCode).toBe(404);
  });

  it('ends by itself at the moment that was ordered, and ICT was reminded before', async () => {
    const { ref, reviewAt } = (await post('', order)).json();
    await run();
    server.clock.time = Date.parse(reviewAt);
    await run();
    expect(await titles(ref)).toContain(`ict-administrator: ${ref}: access is still withdrawn: look at it again`);
    expect((await read(ref)).status).toBe('withdrawn');
    server.clock.time = Date.parse(UNTIL);
    await run();
    await run();
    expect(await read(ref)).toMatchObject({ status: 'restored', restoredBy: 'beadle' });
    expect(directory.access.get('sam.rivers network')).toBe(true);
  });

  it.each([
    [{ ...order, until: undefined }, 'until'],
    [{ ...order, until: '2026-06-04T08:00:00.000Z' }, 'until'],
    [{ ...order, mode: 'permanent', until: '2027-06-20T09:00:00.000Z' }, 'until'],
    [{ ...order, subjects: ['group:Nobody'] }, 'group'],
    [{ ...order, facilities: [] }, 'facilities'],
    [{ ...order, reason: '' }, 'reason'],
  ])('that makes no sense is refused: %j', async (payload, word) => {
    const answer = await post('', payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(word);
  });

  it('of nobody that is known, or about a breach that is not there, is refused', async () => {
    const until = new Date(server.clock.now() + DAY_MS).toISOString();
    expect((await post('', { ...order, until, subjects: ['no.body'] })).json().code).toBe('person-unknown');
    expect((await post('', { ...order, until, breach: 'BR-2026-000009' })).json().code).toBe('breach-unknown');
  });
});

const inADay = (days = 1) => ({ ...order, until: new Date(server.clock.now() + days * DAY_MS).toISOString() });

describe('what stands in the way', () => {
  it('is said, tried again for as long as it takes, and gone when it is done', async () => {
    directory.fault = () => {
      throw new Error('connect ECONNREFUSED');
    };
    const { ref } = (await post('', inADay())).json();
    await run();
    expect(await stepOf(ref)).toMatchObject({ status: 'retrying', trouble: 'connect ECONNREFUSED', proof: null });
    for (let day = 0; day < 7; day += 1) {
      server.clock.pass(3_600_000);
      await run();
    }
    directory.fault = () => undefined;
    server.clock.pass(3_600_000);
    await run();
    expect(await stepOf(ref)).toMatchObject({ status: 'proven', trouble: null });
    await restore(ref);
    await run();
  });

  it('is a person’s where trying again cannot help: ICT is told once', async () => {
    directory.access.delete('lee.field network');
    const { ref } = (await post('', { ...inADay(), subjects: ['lee.field', 'sam.rivers'] })).json();
    await run();
    expect(await read(ref)).toMatchObject({ status: 'needs-person', counts: { 'needs-person': 1, proven: 1 } });
    for (const pass of [61_000, 3_600_000, 3_600_000]) {
      server.clock.pass(pass);
      await run();
    }
    const told = (await titles(ref)).filter((title) => title.includes('needs a person'));
    expect(told).toEqual([`ict-administrator: ${ref}: one part needs a person`]);
    directory.access.set('lee.field network', true);
    server.clock.pass(3_600_000);
    await run();
    expect((await read(ref)).status).toBe('withdrawn');
    directory.access.delete('lee.field network');
    await restore(ref);
    await run();
    expect(await stepOf(ref, 'lee.field')).toMatchObject({
      status: 'restored',
      leftOver: ['lee.field network is not there any more'],
    });
    server.clock.pass(61_000);
    await run();
    expect(await titles(ref)).toContain(`ict-administrator: ${ref}: access has been given back, but not all of it`);
    directory.access.set('lee.field network', true);
  });

  it('is that the effect does not show: done is not proven', async () => {
    directory.fault = (doing, moment, key) => {
      if (doing === 'withdraw' && moment === 'after') directory.access.set(key, true);
    };
    const { ref } = (await post('', inADay())).json();
    await run();
    expect(await stepOf(ref)).toMatchObject({ status: 'done', proof: [{ found: 'enabled', holds: false }] });
    directory.fault = () => undefined;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      server.clock.pass(60_000);
      await run();
    }
    expect((await stepOf(ref)).status).toBe('proven');
    await restore(ref);
    await run();
  });
});

describe('what is withdrawn', () => {
  it('is looked at again each day, and taken away again where somebody has given it back', async () => {
    const until = new Date(server.clock.now() + 30 * DAY_MS).toISOString();
    const { ref } = (await post('', { ...order, until })).json();
    await run();
    directory.access.set('sam.rivers network', true);
    server.clock.pass(DAY_MS - 60_000);
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(true);
    server.clock.pass(61_000);
    await run();
    expect(await stepOf(ref)).toMatchObject({
      status: 'retrying',
      trouble: 'It is not withdrawn any more, and is withdrawn again. dc1: enabled',
    });
    server.clock.pass(10_000);
    await run();
    expect((await stepOf(ref)).status).toBe('proven');
    expect(directory.access.get('sam.rivers network')).toBe(false);
    await restore(ref);
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(true);
  });
});

describe('two withdrawals of the same', () => {
  it('are still looked at a day after the effect was seen, though the second asked in between', async () => {
    const one = (await post('', inADay(3))).json().ref;
    await run();
    server.clock.pass(DAY_MS / 2);
    const other = (await post('', inADay(3))).json().ref;
    await run();
    directory.access.set('sam.rivers network', true);
    server.clock.pass(DAY_MS / 2 + 1000);
    await run();
    server.clock.pass(10_000);
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(false);
    for (const ref of [one, other]) await restore(ref);
    await run();
    expect(directory.access.get('sam.rivers network')).toBe(true);
  });

  it('give back when the last of them ends, and as it was before the first', async () => {
    const [one, other] = [(await post('', inADay())).json().ref, (await post('', inADay())).json().ref];
    await run();
    const before = directory.changes.length;
    await restore(one);
    await run();
    expect(await read(one)).toMatchObject({ status: 'restored', steps: [{ status: 'handed-over' }] });
    expect(directory.access.get('sam.rivers network')).toBe(false);
    await restore(other);
    await run();
    expect((await stepOf(other)).status).toBe('restored');
    expect(directory.changes.slice(before)).toEqual(['gave sam.rivers network']);
  });
});

describe('a second person', () => {
  const group = () => ({ ...inADay(), subjects: ['group:Housing'] });

  it('is needed for a group, and for what is permanent', async () => {
    for (const payload of [group(), { ...order, mode: 'permanent', until: null }]) {
      const { ref, status } = (await post('', payload)).json();
      expect(status).toBe('awaiting-approval');
      await run();
      expect((await read(ref)).steps.map((step: { status: string }) => step.status)).not.toContain('proven');
      expect(await titles(ref)).toContain(`siro: ${ref}: a withdrawal of access needs a second person`);
      expect((await post(`/${ref}/approval`, { reason: 'Yes.' })).statusCode).toBe(403);
      expect((await post(`/${ref}/approval`, { reason: 'Yes.' }, 'ict-operator')).statusCode).toBe(403);
      expect((await post(`/${ref}/approval`, { reason: 'Yes.' }, 'siro')).statusCode).toBe(200);
      await run();
      expect((await read(ref)).status).toBe('withdrawn');
      await restore(ref);
      await run();
    }
  });

  it('may refuse: nothing is withdrawn then', async () => {
    const { ref } = (await post('', group())).json();
    expect((await post(`/${ref}/refusal`, { reason: 'Not the whole team.' }, 'siro')).json().status).toBe('refused');
    await run();
    expect(directory.access.get('lee.field network')).toBe(true);
    expect((await restore(ref)).statusCode).toBe(409);
  });
});

describe('a connector that is switched off', () => {
  it('changes nothing, and the answer says so', async () => {
    const { ref } = (await post('', { ...inADay(), facilities: ['email-and-internet'] })).json();
    await run();
    expect(await read(ref)).toMatchObject({ status: 'dry-run', steps: [{ dryRun: true, status: 'planned' }] });
    expect(off.changes).toEqual([]);
    expect(await titles(ref)).toEqual([
      `information-security-team-leader: ${ref}: nothing has been withdrawn (dry run)`,
    ]);
    expect((await restore(ref)).json().status).toBe('restored');
  });
});

describe('what no system carries', () => {
  it('waits until ICT says that it was done by hand, and is never called proven', async () => {
    const { ref } = (await post('', { ...inADay(), facilities: ['business-systems'] })).json();
    await run();
    const { id, status, trouble } = await stepOf(ref);
    expect([status, trouble]).toEqual([
      'needs-person',
      'No connected system carries this. Withdraw access to business systems by hand, then say here that it is done.',
    ]);
    const said = { reason: 'Locked in the housing system.' };
    expect((await post(`/${ref}/steps/${id}/by-hand`, said)).statusCode).toBe(200);
    await run();
    expect(await read(ref)).toMatchObject({ status: 'running', steps: [{ status: 'done', trouble: null }] });
    await restore(ref);
    await run();
    expect((await stepOf(ref)).status).toBe('needs-person');
    await post(`/${ref}/steps/${id}/by-hand`, { reason: 'Unlocked.' });
    await run();
    expect(await read(ref)).toMatchObject({ status: 'restored' });
  });
});

describe('whose access it is', () => {
  it('gives nobody back their own', async () => {
    const { ref } = (await post('', { ...inADay(), subjects: ['bo.deputy'] })).json();
    await run();
    const token = await server.token('ict-administrator', 'Bo Deputy');
    const headers = { authorization: `Bearer ${token}` };
    const payload = { reason: 'I need it.' };
    const answer = await server.app.inject({ method: 'POST', url: `${url}/${ref}/restoration`, headers, payload });
    expect(answer.statusCode).toBe(403);
    await restore(ref);
    await run();
  });

  it('is the Monitoring Officer’s to know where it is a councillor’s', async () => {
    const { ref } = (await post('', { ...inADay(), subjects: ['kit.marsh'] })).json();
    expect(await titles(ref)).toContain(`monitoring-officer: ${ref}: access is being withdrawn`);
    const body = (await server.db.selectFrom('notices').select('body').where('reference', '=', ref).execute())[0]?.body;
    expect(body).not.toMatch(/kit/i);
  });

  it('can be listed by account and by what is open', async () => {
    const list = async (query: string) => (await server.as('auditor', { url: `${url}?${query}` })).json().items;
    expect(await list('subject=kit.marsh&open=true')).toHaveLength(1);
    expect(await list('subject=sam.rivers&open=true')).toHaveLength(0);
    expect(await list('facility=remote-access')).toHaveLength(0);
  });
});

describe('a preview', () => {
  it('tells what would change, and changes nothing', async () => {
    const before = directory.changes.length;
    const payload = { subjects: ['sam.rivers', 'group:Housing'], facilities: ['network', 'business-systems'] };
    const answer = (await post('/preview', payload)).json();
    expect(answer.people).toBe(2);
    expect(answer.needsSecondPerson).toBe(true);
    expect(answer.steps[0]).toEqual({
      subject: 'lee.field',
      facility: 'network',
      connector: 'directory',
      dryRun: false,
      changes: ['Take lee.field network'],
      warnings: [],
      trouble: null,
      looked: true,
    });
    expect(directory.changes).toHaveLength(before);
  });
});

describe('whoever has something withdrawn', () => {
  it('is not erased before it is given back: nobody would know whose it was', async () => {
    const { ref } = (await post('', { ...inADay(), subjects: ['lee.field'] })).json();
    await run();
    const erase = () =>
      server.as('data-protection-officer', {
        method: 'POST',
        url: '/api/v1/people/lee.field/erasure',
        payload: { reason: 'They asked for it.' },
      });
    expect((await erase()).json()).toMatchObject({
      code: 'conflict',
      detail: `Access is withdrawn from this person (${ref}). Give it back first.`,
    });
    await restore(ref);
    await run();
    expect((await erase()).json().detail ?? '').not.toContain('is withdrawn');
  });
});

it('verifies as a whole in the audit log', async () => {
  const answer = await server.as('auditor', { url: '/api/v1/audit/verification' });
  expect(answer.json()).toMatchObject({ intact: true });
});
