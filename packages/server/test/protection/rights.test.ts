import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { heldNow } from '../../src/protection/held-now.ts';
import { purgeRights } from '../../src/protection/purge-rights.ts';
import { DEFAULT_RETENTION } from '../../src/organisation/retention.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { importPeople } from '../support/people.ts';

const YEAR = 366 * 86_400_000;

let server: ConsoleServer;
beforeAll(async () => {
  server = await startConsoleServer();
  await importPeople(
    server,
    'account,name,email,population\nsam.rivers,Sam Rivers,sam@council.test,employee\nkit.marsh,Kit Marsh,kit@council.test,employee\n',
  );
});
afterAll(() => server.close());

const officer = (method: 'GET' | 'POST', url: string, payload?: object) =>
  server.as('data-protection-officer', { method, url, ...(payload === undefined ? {} : { payload }) });

async function ask(name: string, words: string): Promise<string> {
  const by = await server.signIn('worker', name);
  const answer = await by.post('/my-rights/new', { kind: 'complaint', words }, '/my-rights/new');
  return /DP-\d{4}-\d+/.exec(String(answer.headers.location))?.[0] ?? '';
}
const answer = (ref: string) =>
  officer('POST', `/api/v1/rights-requests/${ref}/answer`, {
    outcome: 'upheld',
    answer: 'Dear Sam Rivers, you are right.',
  });
const rowOf = (ref: string) =>
  server.db.selectFrom('rights_requests').selectAll().where('ref', '=', ref).executeTakeFirstOrThrow();
const purge = (now: number) =>
  inTransaction(server.db, async (tx) => {
    const held = await heldNow(tx, ORGANISATION, now);
    return purgeRights(tx, { organisation: ORGANISATION, now, retention: DEFAULT_RETENTION, held }, null);
  });

describe('what somebody has complained of', () => {
  it('is in what is given to them, with its answer, and in nobody else’s', async () => {
    const ref = await ask('Sam Rivers', 'It is too much.');
    await answer(ref);
    const own = await officer('GET', '/api/v1/people/sam.rivers/export');
    for (const text of [ref, 'It is too much.', 'you are right']) expect(own.body).toContain(text);
    expect((await officer('GET', '/api/v1/people/kit.marsh/export')).body).not.toContain('It is too much.');
  });

  it('goes, with who asked, when it is kept no longer, and stays while a hold on them lasts', async () => {
    const ref = await ask('Sam Rivers', 'Old.');
    await answer(ref);
    const open = await ask('Kit Marsh', 'Not answered.');
    const later = server.clock.now() + 7 * YEAR;
    expect((await purge(server.clock.now())).erased).toBe(0);
    const hold = { kind: 'person', target: 'sam.rivers', reason: 'A claim.' };
    const held = (await officer('POST', '/api/v1/legal-holds', hold)).json<{ ref: string }>();
    expect((await purge(later)).erased).toBe(0);
    await officer('POST', `/api/v1/legal-holds/${held.ref}/end`, { reason: 'Settled.' });
    expect((await purge(later)).erased).toBe(2);
    expect(await rowOf(ref)).toMatchObject({
      words: 'erased',
      asked_by: 'erased',
      account: null,
      answer: null,
      outcome: 'upheld',
    });
    expect(await rowOf(open)).toMatchObject({ words: 'Not answered.', asked_by: 'Kit Marsh' });
  });

  it('keeps them from being erased until it is answered, and names them no more afterwards', async () => {
    const ref = (
      await server.db
        .selectFrom('rights_requests')
        .select('ref')
        .where('answered_at', 'is', null)
        .executeTakeFirstOrThrow()
    ).ref;
    const erase = () => officer('POST', '/api/v1/people/kit.marsh/erasure', { reason: 'They asked.' });
    const refused = await erase();
    expect([refused.statusCode, refused.body.includes(ref)]).toEqual([409, false]);
    await answer(ref);
    expect((await erase()).statusCode).toBe(200);
    expect(JSON.stringify(await rowOf(ref))).not.toMatch(/kit/i);
    const notices = await server.db.selectFrom('notices').selectAll().where('reference', '=', ref).execute();
    expect(JSON.stringify(notices)).not.toMatch(/kit/i);
  });
});
