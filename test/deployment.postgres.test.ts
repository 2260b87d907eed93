import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { migrationsKnown } from '../packages/server/src/db/migrate.ts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { arrived, breachesOf } from './support/arrived.ts';
import { createWorld } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { deploymentSql } from './support/deployment-sql.ts';
import { createLaptop } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';
import { onServer } from './support/postgres-server.ts';
import { spawnNode } from './support/processes.ts';

const { asAdministrator, atFirst, afterTables } = deploymentSql();

const server = (): string => {
  const postgres = inject('postgres');
  if (postgres === undefined || 'missing' in postgres) throw new Error(postgres?.missing ?? 'this project has none');
  return postgres.url;
};
const address = (user: string): string => `${server().replace(/\/\/.*@/, `//${user}@`)}beadle`;

async function asRole(user: string, password: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: address(`${user}:${password}`) });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A command in a process of its own, whose password comes from the environment. */
async function command(user: string, password: string, ...words: string[]) {
  const environment = { BEADLE_SERVER_DATABASE: address(user), PGPASSWORD: password };
  const { ended, output } = spawnNode(['packages/server/src/main.ts', ...words], environment);
  await ended;
  return output();
}

let council: Council;
const world = createWorld();

beforeAll(async () => {
  // The tests' own administrator has the name that the document gives the server's role.
  const named = (statements: readonly string[]) =>
    statements.map((statement) => statement.replaceAll(/(role|to|from) beadle\b/g, '$1 beadle_server'));
  for (const statement of named(asAdministrator)) await onServer(server(), statement);
  await asRole('beadle_owner', 'the-owners', named(atFirst));
  await command('beadle_owner', 'the-owners', 'migrate');
  await asRole('beadle_owner', 'the-owners', named(afterTables));
  const location = address('beadle_server:the-servers');
  const notKept = () => Promise.reject(new Error('not of this test'));
  const database = { location, copy: notKept, restore: notKept, drop: () => Promise.resolve() };
  council = await createCouncil(world, { database });
});

afterAll(async () => {
  await council.close();
  await onServer(server(), 'drop database beadle with (force)');
  for (const role of ['beadle_server', 'beadle_owner']) await onServer(server(), `drop role ${role}`);
});

it('gives the server all that it needs', async () => {
  await putPolicy(council);
  const laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
  try {
    laptop.show('off');
    await laptop.cycle();
    await laptop.keep(1);
    await laptop.checkIn();
    await council.app().jobs.runDue();
    const [breach] = await breachesOf(council, 'DBC-1');
    expect(breach).toMatchObject({ ref: 'BR-2026-000001' });
    const acknowledged = await council.ask('POST', '/api/v1/breaches/BR-2026-000001/acknowledgement');
    expect(acknowledged.status).toBe(200);
    laptop.show('on');
    await laptop.cycle();
    await laptop.checkIn();
    for (const people of ['sam,Sam,employee,housing\n', 'sam,Sam,employee,\n']) {
      const list = `account,name,population,groups\n${people}`;
      expect((await council.ask('POST', '/api/v1/people/import', list, 'text/csv')).status).toBe(200);
    }
    for (const printers of ['pattern,class\nusb:*,home\n', 'pattern,class\n']) {
      const url = '/api/v1/registers/printers/import?whole=true&evenMany=true';
      expect((await council.ask('POST', url, printers, 'text/csv')).status).toBe(200);
    }
    await laptop.enrolAgain();
    await laptop.checkIn();
    expect(council.mail()).toHaveLength(1);
    const close = { reason: 'Mended.' };
    await council.ask('POST', '/api/v1/breaches/BR-2026-000001/closure', close);
    await council.db().updateTable('breaches').set({ ended_at: 1 }).execute();
    await council.ask('PATCH', '/api/v1/devices/DBC-1', { holder: 'sam' });
    const erased = await council.ask('POST', '/api/v1/people/sam/erasure', { reason: 'Asked.' });
    expect(erased).toMatchObject({ status: 200 });
  } finally {
    laptop.close();
  }
});

it('lets an account sign in with a second factor, lose it, and be disabled', async () => {
  const password = 'correct horse battery';
  const account = { name: 'Ann Officer', role: 'auditor', password };
  expect((await council.ask('POST', '/api/v1/accounts', account)).status).toBe(201);
  await command('beadle_server', 'the-servers', 'account', 'second-factor', 'Ann Officer', 'require');
  const submit = (url: string, cookie: string, fields: Record<string, string>) =>
    council.app().inject({
      method: 'POST',
      url,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    });
  const half = await submit('/sign-in', '', { name: account.name, password });
  expect(half.headers.location).toBe('/sign-in/second-factor');
  const [cookie = ''] = String(half.headers['set-cookie']).split(';');
  const page = await council.app().inject({ url: '/sign-in/second-factor/set-up', headers: { cookie } });
  const key = (/app-hash">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const code = new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: world.clock().now() });
  const done = await submit('/sign-in/second-factor/set-up', cookie, { code });
  expect(done.body).toContain('Keep your recovery codes');
  const reset = await command('beadle_server', 'the-servers', 'account', 'second-factor', 'Ann Officer', 'reset');
  expect(reset.stdout).toContain('needs an authenticator app');
  const out = await command('beadle_server', 'the-servers', 'account', 'disable', 'Ann Officer');
  // By the clock of the command, which is not the test's, the session may have ended before.
  expect(out.stdout).toMatch(/^Disabled Ann Officer, and ended \d sessions?\.\n$/);
});

it('lets the commands run as the server', async () => {
  const skipped = await command('beadle_server', 'the-servers', 'references', 'skip');
  expect(skipped.stdout).toMatch(/next come BR-2026-001002/);
});

it.each([
  'delete from findings',
  "update findings set verdict = 'pass'",
  "update findings set body_hash = ''",
  "update breach_events set type = 'closed'",
  "update audit set actor = 'nobody'",
  'delete from audit',
  'delete from breach_events',
  'delete from breaches',
  'truncate findings',
  'drop table findings',
  'create table more (id int)',
  'delete from kysely_migration',
  'alter table findings disable trigger all',
])('keeps the server from: %s', async (statement) => {
  await expect(asRole('beadle_server', 'the-servers', [statement])).rejects.toMatchObject({ code: '42501' });
});

it('tells the server what to do where the tables are behind', async () => {
  const name = (await migrationsKnown(council.db())).at(-1) ?? '';
  await asRole('beadle_owner', 'the-owners', [`delete from kysely_migration where name = '${name}'`]);
  const { stderr } = await command('beadle_server', 'the-servers', 'audit', 'verify');
  expect(stderr).toMatch(/^beadle-server: .* run `beadle-server migrate` as its owner.*\n$/);
  await asRole('beadle_owner', 'the-owners', [`insert into kysely_migration values ('${name}', '2026-11-01')`]);
});

it('works on while a newer version makes its tables, and does not start again on them', async () => {
  const laptop = await createLaptop({ council, world, assetTag: 'DBC-2' });
  await asRole('beadle_owner', 'the-owners', [
    'begin',
    'alter table devices add column later text',
    'create table later (id text)',
    "insert into kysely_migration values ('9999-later', '2030-01-01')",
    'commit',
  ]);
  await laptop.keep(1, 2);
  await laptop.checkIn();
  expect(await arrived(council, 'DBC-2')).toMatchObject({ numbers: [1, 2], chainIntact: true });
  laptop.close();
  const { stderr } = await command('beadle_server', 'the-servers', 'audit', 'verify');
  expect(stderr).toContain('of a newer version of Beadle (9999-later)');
});
