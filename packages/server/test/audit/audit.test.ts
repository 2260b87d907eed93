import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Act, recordAct } from '../../src/audit/record.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const record = (act: Partial<Act> = {}) =>
  server.db.transaction().execute((tx) =>
    recordAct(tx, {
      organisation: ORGANISATION,
      at: server.clock.now(),
      actor: 'A. Officer',
      action: 'device-registered',
      target: 'device:DBC-04127',
      ...act,
    }),
  );
const verify = () => verifyAudit(server.db, ORGANISATION);
const clear = async () => {
  await server.db.deleteFrom('audit').execute();
  await server.db.deleteFrom('counters').execute();
};

describe('the audit log', () => {
  it('is intact when nothing has happened', async () => {
    expect(await verify()).toEqual({ intact: true, count: 0, head: '0'.repeat(64) });
  });

  it('keeps each organisation its own chain', async () => {
    await record();
    await record({ organisation: 'other' });
    expect(await verify()).toMatchObject({ intact: true, count: 1 });
    expect(await verifyAudit(server.db, 'other')).toMatchObject({ intact: true, count: 1 });
  });

  it('records nothing of what did not happen', async () => {
    const act = server.db.transaction().execute(async (tx) => {
      await recordAct(tx, { organisation: ORGANISATION, at: 1, actor: 'a', action: 'b', target: 'c' });
      throw new Error('the act itself failed');
    });
    await expect(act).rejects.toThrow('the act itself failed');
    expect(await verify()).toMatchObject({ intact: true, count: 0 });
  });

  it('gives every act its own place while many are recorded at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => record({ detail: { index } })));
    expect(await verify()).toMatchObject({ intact: true, count: 20 });
  });

  it('detects any change, and says where the first is', async () => {
    // The server takes no text with a NUL: PostgreSQL keeps none.
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map((any) => any.replaceAll('\0', ' '));
    const columns = ['actor', 'action', 'target', 'detail', 'at', 'previous', 'link'] as const;
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('alter' as const), column: fc.constantFrom(...columns) }),
      fc.record({ kind: fc.constant('remove' as const) }),
      fc.record({ kind: fc.constant('swap' as const) }),
    );
    const acts = fc.array(fc.record({ actor: text, target: text, detail: fc.dictionary(text, text, { maxKeys: 2 }) }), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(acts, damage, fc.nat(), async (list, harm, where) => {
        await clear();
        for (const [index, act] of list.entries()) await record({ ...act, at: index });
        expect(await verify()).toMatchObject({ intact: true, count: list.length });
        const at = 1 + (where % (harm.kind === 'swap' ? list.length - 1 : list.length));
        const rows = server.db.updateTable('audit');
        if (harm.kind === 'alter') {
          const value = harm.column === 'at' ? sql`at + 1` : sql`${sql.ref(harm.column)} || 'x'`;
          await rows
            .set({ [harm.column]: value })
            .where('sequence', '=', at)
            .execute();
        } else if (harm.kind === 'remove') {
          await server.db.deleteFrom('audit').where('sequence', '=', at).execute();
        } else {
          await rows.set({ sequence: 1000 }).where('sequence', '=', at).execute();
          await rows
            .set({ sequence: at })
            .where('sequence', '=', at + 1)
            .execute();
          await rows
            .set({ sequence: at + 1 })
            .where('sequence', '=', 1000)
            .execute();
        }
        const reason = harm.kind === 'remove' ? 'missing' : 'altered';
        expect(await verify()).toEqual({ intact: false, sequence: at, reason });
      }),
      { numRuns: 60 },
    );
  });
});

describe('/api/v1/audit', () => {
  it('can be verified from the list alone, in another program', async () => {
    for (let index = 0; index < 5; index += 1) await record({ detail: { note: `Löschung № ${index}` } });
    const acts: { atMilliseconds: number; link: string; [key: string]: unknown }[] = [];
    let cursor: string | null = null;
    do {
      const url = `/api/v1/audit?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
      const answer = await server.as('auditor', { url });
      expect(answer.statusCode).toBe(200);
      acts.push(...answer.json().items);
      cursor = answer.json().nextCursor;
    } while (cursor !== null);
    let previous = '0'.repeat(64);
    for (const act of acts.toReversed()) {
      const fields = [
        previous,
        act['organisation'],
        act['sequence'],
        act.atMilliseconds,
        act['actor'],
        act['action'],
        act['target'],
        act['detail'],
      ];
      const bytes = fields.map(String).map((field) => `${Buffer.byteLength(field)}:${field}\n`);
      previous = createHash('sha256')
        .update(`beadle-audit-1\n${bytes.join('')}`)
        .digest('hex');
      expect(act.link).toBe(previous);
    }
    expect(acts).toHaveLength(5);
  });

  it('says whether it is intact', async () => {
    await record();
    await record();
    const intact = await server.as('auditor', { url: '/api/v1/audit/verification' });
    expect(intact.json()).toMatchObject({ intact: true, count: 2 });
    await server.db.updateTable('audit').set({ actor: 'B. Officer' }).where('sequence', '=', 2).execute();
    const broken = await server.as('auditor', { url: '/api/v1/audit/verification' });
    expect(broken.json()).toEqual({ intact: false, sequence: 2, reason: 'altered' });
  });

  it('filters', async () => {
    await record({ action: 'one' });
    await record({ action: 'two' });
    const answer = await server.as('auditor', { url: '/api/v1/audit?action=two' });
    expect(answer.json()).toMatchObject({ items: [{ sequence: 2, action: 'two' }], nextCursor: null });
  });

  it.each(['nonsense', Buffer.from('["a"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
    const answer = await server.as('auditor', { url: `/api/v1/audit?cursor=${cursor}` });
    expect(answer.json()).toMatchObject({ status: 400, code: 'bad-cursor' });
  });

  it('is not for everybody', async () => {
    expect((await server.as('ict-operator', { url: '/api/v1/audit' })).statusCode).toBe(403);
  });
});
