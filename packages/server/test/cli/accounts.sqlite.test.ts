import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerCommand, withDatabase } from '../support/command.ts';
import type { Db } from '../../src/db/database.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startSession } from '../../src/people/sessions.ts';
import { callerOfToken } from '../../src/people/tokens.ts';
import { fakeClock, seededRandom } from '../app/harness.ts';

const DAY = 86_400_000;
const clock = fakeClock();
const random = seededRandom();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-accounts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], stdin = '') =>
  runServerCommand(args, {
    stdin,
    workingFolder: folder,
    environment: { BEADLE_SERVER_DATABASE: join(folder, 'db') },
    clock,
    random,
  });

const onDatabase = <T>(work: (db: Db) => Promise<T>) => withDatabase(join(folder, 'db'), work);

const ann = ['--name', 'Ann Officer', '--role', 'auditor'];
const make = (...more: string[]) => run(['account', 'create', ...ann, ...more], 'correct horse battery\n');
const signIn = () =>
  onDatabase((db) =>
    db.transaction().execute((tx) =>
      startSession(
        tx,
        { organisation: ORGANISATION, name: 'Ann Officer', role: 'auditor' },
        {
          at: clock.now(),
          by: 'oidc',
          browser: 'Edge',
        },
        random,
      ),
    ),
  );

describe('accounts', () => {
  it('are listed, disabled with their sessions, and enabled', async () => {
    await make();
    await signIn();
    const sessions = await run(['account', 'sessions', 'Ann Officer']);
    expect(sessions.out).toBe(
      'SIGNED IN                 LAST USED   BY    BROWSER\n2026-06-04T08:32:00.000Z  2026-06-04  oidc  Edge\n',
    );
    expect((await run(['account', 'disable', 'Ann Officer'])).out).toBe('Disabled Ann Officer, and ended 1 session.\n');
    expect((await run(['account', 'list'])).out).toMatch(/Ann Officer +auditor +none +disabled 2026-06-04T08:32:00/);
    expect((await run(['account', 'sessions', 'Ann Officer', '--json'])).out).toBe('[]\n');
    expect((await run(['account', 'enable', 'Ann Officer'])).out).toBe('Enabled Ann Officer.\n');
    const [account] = JSON.parse((await run(['account', 'list', '--json'])).out);
    expect(account).toMatchObject({ name: 'Ann Officer', disabledAt: null });
    const acts = await onDatabase((db) => db.selectFrom('audit').select(['action', 'actor']).execute());
    expect(acts.map(({ action }) => action)).toEqual(['account-made', 'account-disabled', 'account-enabled']);
    expect(acts.every(({ actor }) => actor === 'cli:root')).toBe(true);
  });

  it('sign out whoever goes by a name', async () => {
    await make();
    await signIn();
    await signIn();
    expect((await run(['account', 'sign-out', 'Ann Officer'])).out).toBe('Ended 2 sessions of Ann Officer.\n');
    expect((await run(['account', 'sign-out', 'Nobody'])).out).toBe('Ended 0 sessions of Nobody.\n');
  });

  it('are made to have a second factor, and given a new one', async () => {
    await make('--totp');
    const factor = async () => JSON.parse((await run(['account', 'list', '--json'])).out)[0].secondFactor;
    expect(await factor()).toBe('wanted');
    await onDatabase(async (db) => {
      const { id } = await db.selectFrom('accounts').select('id').executeTakeFirstOrThrow();
      await db.updateTable('accounts').set({ second_factor: 'sealed', second_factor_step: 7 }).execute();
      const code = { organisation: ORGANISATION, account: id, code_hash: 'x' };
      await db.insertInto('recovery_codes').values(code).execute();
    });
    expect(await factor()).toBe('set-up');
    expect((await run(['account', 'second-factor', 'Ann Officer', 'require'])).exitCode).toBe(0);
    expect(await factor()).toBe('set-up');
    expect((await run(['account', 'second-factor', 'Ann Officer', 'reset'])).exitCode).toBe(0);
    expect(await factor()).toBe('wanted');
    expect(await onDatabase((db) => db.selectFrom('recovery_codes').selectAll().execute())).toEqual([]);
  });

  it.each([
    [['account', 'disable', 'Nobody'], 1, 'There is no account named Nobody: `beadle-server account list` shows all.'],
    [['account', 'second-factor', 'Nobody', 'reset'], 1, 'There is no account named Nobody'],
    [['account', 'second-factor', 'Nobody', 'lose'], 2, 'expected require or reset, not "lose"'],
  ])('are not guessed: %j', async (args, exitCode, words) => {
    await make();
    const result = await run(args);
    expect(result.exitCode).toBe(exitCode);
    expect(result.err).toContain(words);
  });
});

describe('tokens', () => {
  const create = (...more: string[]) => run(['token', 'create', '--role', 'auditor', '--name', 'siem', ...more]);

  it('are made for less, and for days', async () => {
    const made = await create('--only', 'devices:read, audit:read', '--expires', '90d');
    expect(made.exitCode).toBe(0);
    const token = made.out.trim();
    expect((await run(['token', 'list'])).out).toMatch(
      /siem +live until 2026-09-02T08:32:00\S+ +devices:read,audit:read\n/,
    );
    await onDatabase(async (db) => {
      const only = ['devices:read', 'audit:read'];
      expect(await callerOfToken(db, token, clock.now())).toMatchObject({ name: 'siem', only });
      expect(await callerOfToken(db, token, clock.now() + 90 * DAY)).toBeNull();
    });
  });

  it.each([
    [['--only', 'devices:write'], 'expected permissions that the role auditor has, which devices:write is not'],
    [['--only', 'devices:fly'], 'expected some of devices:read'],
    [['--only', ''], 'expected some of devices:read'],
    [['--expires', '0d'], 'expected a number of days such as 90d, or a time to come'],
    [['--expires', '-1d'], 'expected a number of days'],
  ])('are refused otherwise: %j', async (more, words) => {
    const result = await create(...more);
    expect(result.exitCode).toBe(2);
    expect(result.err).toContain(words);
  });

  it('are never made to make more', async () => {
    const result = await run(['token', 'create', '--role', 'administrator', '--name', 'x', '--only', 'tokens:write']);
    expect(result.err).toContain('--only: expected permissions other than tokens:write, which gives rights to others');
  });
});
