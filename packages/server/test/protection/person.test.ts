import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { verifyChains } from '../../src/carry/chains.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { exportPerson } from '../../src/protection/export.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice, seedEvent, seedFacts, seedNotice, seedState } from '../support/seed.ts';
import { heldOf, seedChain } from './chains.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const MANY = 10_000;
let number = 0;

interface Somebody {
  readonly account: string;
  readonly name: string;
  readonly email: string;
  readonly device: string;
  readonly tag: string;
  /** A word that stands in everything about them, and nowhere else. */
  readonly word: string;
}

/** A person with a device, and something in each place that says anything of them. */
async function seedSomebody(options: { readonly findings?: number; readonly open?: boolean } = {}): Promise<Somebody> {
  number += 1;
  const word = `canary${number}x`;
  const one = {
    account: `sam.${word}`,
    name: `Sam ${word[0]?.toUpperCase()}${word.slice(1)}`,
    email: `${word}@example.org`,
    device: `device-${word}`,
    tag: `DBC-${word}`,
    word,
  };
  const { account, name, email } = one;
  const person = { account, name, email, population: 'employee', groups: [`group-${word}`] };
  expect(
    (await server.as('administrator', { method: 'POST', url: '/api/v1/people', payload: person })).statusCode,
  ).toBe(201);
  await seedDevice(server.db, { id: one.device, asset_tag: one.tag, holder: name });
  const says = `finding of ${word}`;
  await seedChain(
    server.db,
    one.device,
    Array.from({ length: options.findings ?? 3 }, () => ({ says, subject: word })),
  );
  await seedFacts(server.db, one.device, { facts: `{"user":"fact of ${word}"}` });
  await seedState(server.db, one.device, { observed: `{"is":"state of ${word}"}` });
  const ended = options.open === true ? null : server.clock.now();
  const breach = await seedBreach(server.db, one.device, { observed: `{"seen":"breach of ${word}"}`, ended_at: ended });
  await seedEvent(server.db, breach.id, { actor: account, detail: `{"note":"event of ${word}"}` });
  await seedBreach(server.db, null, {
    report: JSON.stringify({ by: account, description: `report of ${word}` }),
    ended_at: ended,
  });
  await seedNotice(server.db, breach.id, { address: email, body: `message to ${name}` });
  const record = { ref: `HD-2026-${String(number).padStart(6, '0')}`, kind: 'fault', description: `broken by ${word}` };
  const reported = { reported_at: server.clock.now(), reported_by: account, ict_notice: 'none' };
  await server.db
    .insertInto('helpdesk_records')
    .values({ organisation: ORGANISATION, id: `help-${word}`, ...record, ...reported })
    .execute();
  const session = { id_hash: `hash-${word}`, name, role: 'worker', revoked_at: null };
  const at = server.clock.now();
  await server.db
    .insertInto('sessions')
    .values({ organisation: ORGANISATION, ...session, created_at: at, seen_at: at, expires_at: at + 1000 })
    .execute();
  const stick = { serial_key: `stick-${word}`, serial: `STICK-${word}`, encrypts_in_hardware: 1, note: null };
  await server.db
    .insertInto('sticks')
    .values({ organisation: ORGANISATION, ...stick, holder: email, retired: 0, created_at: at, changed_at: at })
    .execute();
  return one;
}

const exported = async (account: string) => {
  const answer = await server.as('data-protection-officer', { url: `/api/v1/people/${account}/export` });
  expect(answer.statusCode).toBe(200);
  return {
    text: answer.body,
    parts: Object.fromEntries(answer.json().parts.map((one: { part: string }) => [one.part, one])),
  };
};
const erase = (account: string, reason = 'They asked for it.') =>
  server.as('data-protection-officer', {
    method: 'POST',
    url: `/api/v1/people/${account}/erasure`,
    payload: { reason },
  });

const kinds = [
  'finding of',
  'fact of',
  'state of',
  'breach of',
  'event of',
  'report of',
  'message to',
  'broken by',
  'STICK-',
  'group-',
];

/** Every value of every table but the audit log, as text. */
async function everything(): Promise<string> {
  const texts: string[] = [];
  const names = (await server.db.introspection.getTables())
    .map(({ name }) => name)
    .filter((name) => name !== 'audit' && !name.startsWith('kysely'));
  for (const name of names)
    for (const row of await server.db
      .selectFrom(name as 'people')
      .selectAll()
      .execute())
      texts.push(
        Object.values(row)
          .map((value) =>
            ArrayBuffer.isView(value) ? Buffer.from(value as unknown as Uint8Array).toString() : String(value),
          )
          .join(' '),
      );
  return texts.join('\n');
}

describe('what is given to a person', () => {
  it('is everything that is held about them, with why it is, and nothing of another', async () => {
    const [one, other] = [await seedSomebody(), await seedSomebody()];
    const { text, parts } = await exported(one.account);
    for (const kind of kinds)
      expect(text.toLowerCase()).toContain(
        `${kind.toLowerCase()}${kind.endsWith('-') ? '' : ' '}${kind === 'message to' ? one.name.toLowerCase() : one.word}`,
      );
    expect(text).not.toContain(other.word);
    expect(text).not.toMatch(/hash-|argon/);
    expect(parts['findings']).toMatchObject({
      kept: '90 days',
      rows: [{ device: one.tag, sequence: 1, sent: `{"sequence":1,"says":"finding of ${one.word}"}` }, {}, {}],
    });
    expect(parts['sessions'].rows).toMatchObject([{ created_at: '2026-06-04', seen_at: '2026-06-04' }]);
    for (const part of Object.values(parts) as { what: string; why: string; kept: string }[])
      expect([part.what, part.why, part.kept].every((words) => words.length > 3)).toBe(true);
  });

  it('names nobody else', async () => {
    const [one, other] = [await seedSomebody(), await seedSomebody()];
    await seedBreach(server.db, one.device, {
      rule: 'another',
      report: JSON.stringify({ by: other.account, description: `${one.name} told ${other.name} (${other.email}).` }),
      acknowledged_by: other.name,
    });
    const { text } = await exported(one.account);
    expect(text).not.toMatch(new RegExp(other.word, 'i'));
    expect(text).toContain(`${one.name} told [another person] ([another person]).`);
  });

  it('has nothing of a breach that is kept from an officer', async () => {
    const one = await seedSomebody();
    await seedBreach(server.db, one.device, {
      rule: 'hidden',
      observed: '{"is":"hidden thing"}',
      concealed_from: JSON.stringify([one.account]),
    });
    expect((await exported(one.account)).text).not.toContain('hidden');
  });

  it('has what is said of them wherever it stands, whatever else does', async () => {
    const one = await seedSomebody();
    const other = await seedSomebody();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 30 }), fc.boolean(), async (noise, isTheirs) => {
        number += 1;
        const mark = `mark${number}q`;
        const by = isTheirs ? one.name.toUpperCase() : other.name;
        await seedBreach(server.db, null, { report: JSON.stringify({ by, description: `${mark} ${noise}` }) });
        const { text } = await exported(one.account);
        expect(() => JSON.parse(text)).not.toThrow();
        expect(text.includes(mark)).toBe(isTheirs);
      }),
      { numRuns: 15 },
    );
  });

  it('comes in pieces, is on record, and is for whoever may', async () => {
    const one = await seedSomebody({ findings: MANY });
    const { parts } = await exported(one.account);
    expect(parts['findings'].rows).toHaveLength(MANY);
    const caller = { organisation: ORGANISATION, role: 'administrator', name: 'Ann', via: 'session' } as const;
    const now = server.clock.now();
    for await (const piece of await exportPerson(caller, one.account, { db: server.db, now }))
      expect(piece.length).toBeLessThan(16 * 1024);
    const acts = await server.db
      .selectFrom('audit')
      .select('actor')
      .where('action', '=', 'person-exported')
      .where('target', '=', `person:${one.account}`)
      .execute();
    expect(acts).toEqual([{ actor: 'token:data-protection-officer' }, { actor: 'Ann' }]);
    expect((await server.as('auditor', { url: `/api/v1/people/${one.account}/export` })).statusCode).toBe(403);
  });
});

describe('erasing a person', () => {
  it('leaves nothing of them but the chains and the log, which verify', async () => {
    const [one, other] = [await seedSomebody({ findings: MANY }), await seedSomebody()];
    await seedBreach(server.db, other.device, {
      rule: 'said',
      ended_at: server.clock.now(),
      report: JSON.stringify({ by: other.name, description: `It was ${one.name}.` }),
    });
    const answer = await erase(one.account, `${one.name} asked.`);
    expect(answer.json()).toMatchObject({
      findings: MANY,
      left: [],
      pseudonym: expect.stringMatching(/^erased-person-[0-9a-f]{12}$/),
    });
    const { pseudonym } = answer.json();
    const all = await everything();
    for (const text of [one.name, one.account, one.email, `finding of ${one.word}`])
      expect(all.toLowerCase()).not.toContain(text.toLowerCase());
    expect(all).toContain(`It was ${pseudonym}.`);
    expect(await heldOf(server.db, one.device)).toEqual([]);
    expect(await heldOf(server.db, other.device)).toEqual([1, 2, 3]);
    expect((await verifyChains(server.db)).broken).toEqual([]);
    expect(await verifyAudit(server.db, ORGANISATION)).toMatchObject({ intact: true });
    const act = await server.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'person-erased')
      .where('target', '=', `person:${pseudonym}`)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(act.detail)).toMatchObject({ reason: `${pseudonym} asked.`, findings: MANY });
    expect((await erase(one.account)).json()).toMatchObject({ code: 'person-unknown' });
  });

  it('waits for an open breach, and says which', async () => {
    const one = await seedSomebody({ open: true });
    const answer = await erase(one.account);
    expect(answer.statusCode).toBe(409);
    expect(answer.json().detail).toMatch(/^Breach BR-2026-\d{6}, BR-2026-\d{6}, which is open, concerns this person/);
    expect(await everything()).toContain(one.name);
  });

  it('waits for a legal hold, and says which', async () => {
    const one = await seedSomebody();
    const hold = { kind: 'device', target: one.tag, reason: 'A claim.' };
    const { ref } = (
      await server.as('data-protection-officer', { method: 'POST', url: '/api/v1/legal-holds', payload: hold })
    ).json();
    expect((await erase(one.account)).json().detail).toContain(`Legal hold ${ref} keeps`);
  });

  it('waits until somebody else has the role', async () => {
    const one = await seedSomebody();
    await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/roles',
      payload: { role: 'siro', account: one.account, standing: 'holder' },
    });
    expect((await erase(one.account)).json().detail).toContain('has the role siro');
  });

  it('waits until the settings name somebody else', async () => {
    const one = await seedSomebody();
    const url = '/api/v1/organisation';
    const before = (await server.as('auditor', { url })).json();
    const siro = { name: 'The SIRO', address: one.email };
    const payload = { ...before, recipients: { ...before.recipients, siro } };
    await server.as('information-security-team-leader', { method: 'PUT', url, payload });
    expect((await exported(one.account)).parts['organisations'].rows).toEqual([
      { setting: 'siro', address: one.email },
    ]);
    expect((await erase(one.account)).json().detail).toContain('The settings name this person');
    await server.as('information-security-team-leader', { method: 'PUT', url, payload: before });
    expect((await erase(one.account)).statusCode).toBe(200);
  });

  it('leaves the findings of a device that somebody else has held', async () => {
    const one = await seedSomebody();
    await server.as('administrator', {
      method: 'PATCH',
      url: `/api/v1/devices/${one.tag}`,
      payload: { holder: 'Ada Stone' },
    });
    await server.as('administrator', {
      method: 'PATCH',
      url: `/api/v1/devices/${one.tag}`,
      payload: { holder: one.name },
    });
    expect((await erase(one.account)).json()).toMatchObject({ findings: 0, left: [one.tag] });
    expect(await heldOf(server.db, one.device)).toEqual([1, 2, 3]);
  });
});
