import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { CallerRole } from '../../src/access.ts';
import { createApp } from '../../src/app.ts';
import type { Db } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { loadKeys } from '../../src/keys/keys.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { createSignInCode } from '../../src/people/sign-in-codes.ts';
import { createToken } from '../../src/people/tokens.ts';
import type { Connector } from '../../src/withdrawals/connector.ts';
import { readSettings, type Settings } from '../../src/settings.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { type FakeClock, fakeClock, seededRandom } from '../app/harness.ts';

export interface ConsoleServer {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly clock: FakeClock;
  readonly settings: Settings;
  code(role: CallerRole, name?: string): Promise<string>;
  /** A request with a token of the role. */
  as(role: CallerRole, request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Signed in by a one-time code, as a browser would be. */
  signIn(role: CallerRole, name?: string): Promise<Browser>;
  close(): Promise<void>;
}

export interface Browser {
  readonly cookie: string;
  get(url: string): Promise<LightMyRequestResponse>;
  /** With the CSRF token of the page at `from`. */
  post(url: string, fields: Record<string, string>, from?: string): Promise<LightMyRequestResponse>;
}

export const form = (fields: Record<string, string>): Pick<InjectOptions, 'headers' | 'payload'> => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
  payload: new URLSearchParams(fields).toString(),
});

export const csrfIn = (html: string): string => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

function browserOf(app: FastifyInstance, cookie: string): Browser {
  const get = (url: string) => app.inject({ url, headers: { cookie, accept: 'text/html' } });
  return {
    cookie,
    get,
    async post(url, fields, from = '/') {
      const token = csrfIn((await get(from)).body);
      const { headers, payload } = form({ ...fields, _csrf: token });
      return app.inject({ method: 'POST', url, headers: { ...headers, cookie }, payload: payload ?? '' });
    },
  };
}

export async function startConsoleServer({
  notice,
  port,
  start,
  environment = {},
  connectors = [],
}: {
  notice?: string;
  port?: number;
  start?: string;
  /** More of its settings. */
  environment?: Readonly<Record<string, string>>;
  connectors?: readonly Connector[];
} = {}): Promise<ConsoleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-console-'));
  const kept = await testDatabase(folder);
  const settings = readSettings({
    environment: {
      BEADLE_SERVER_DATABASE: kept.location,
      BEADLE_SERVER_ORGANISATION: 'Northmere Borough Council',
      ...(port === undefined ? {} : { BEADLE_SERVER_PORT: String(port) }),
      ...environment,
    },
    workingFolder: folder,
  });
  const [clock, random] = [fakeClock(start), seededRandom()];
  const log = pino({ level: 'silent' });
  const database = openDatabase(settings.database);
  const { db } = database;
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const shown = notice === undefined ? {} : { notice };
  const app = await createApp({ database, settings, keys, clock, random, log, connectors, ...shown });
  await app.ready();
  const code = async (role: CallerRole, name = 'Ann Officer') => {
    const made = { organisation: ORGANISATION, name, role, at: clock.now() };
    return (await db.transaction().execute((tx) => createSignInCode(tx, made, random))).code;
  };
  return {
    app,
    db,
    clock,
    settings,
    code,
    async as(role, request) {
      const made = { organisation: ORGANISATION, role, name: role, expiresAt: null, at: clock.now() };
      const { token } = await db.transaction().execute((tx) => createToken(tx, made, random));
      return app.inject({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
    },
    async signIn(role, name) {
      const { headers } = await app.inject(`/sign-in/${await code(role, name)}`);
      return browserOf(app, String(headers['set-cookie']).split(';')[0] ?? '');
    },
    async close() {
      await app.close();
      await database.close();
      await kept.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
