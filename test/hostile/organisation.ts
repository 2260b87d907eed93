import type { CallerRole } from '../../packages/server/src/access.ts';
import { CALLER_ROLES } from '../../packages/server/src/people/permissions.ts';
import { startSession } from '../../packages/server/src/people/sessions.ts';
import { grantRole, listGrants } from '../../packages/server/src/people/spanning/grants.ts';
import { createSignInCode } from '../../packages/server/src/people/sign-in-codes.ts';
import { createToken } from '../../packages/server/src/people/tokens.ts';
import { signerOf } from '@beadle/shared';
import { type Device, enrolmentShot, findingOf, headAfter, headerOf, linesOf, newKey, signedShot } from './device.ts';
import type { Server } from './server.ts';
import { fillCases } from './cases.ts';
import type { Caller, Council } from './shot.ts';
import { type Ask, fillThings, type Places } from './things.ts';

/** One council on the server, with something of everything that can be asked for. */
export interface Organisation {
  readonly name: Council;
  /** Stands in each text of this council that is nobody else's business; nobody can guess it. */
  readonly canary: string;
  readonly tokens: Readonly<Record<CallerRole, string>>;
  readonly sessions: readonly Caller[];
  /** What stands in addresses. */
  readonly places: Places;
  /** Values by the name of a key. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  readonly cursors: readonly string[];
  /** A device whose owner attacks; it has been enrolled twice. */
  readonly owned: Device;
  readonly superseded: Device;
  /** A device that nobody attacks with: it must be served to the end. */
  readonly good: Device;
  readonly enrolmentTokens: { readonly used: string; readonly fresh: string; readonly fleet: string };
  readonly secrets: readonly string[];
}

interface Names {
  readonly name: Council;
  readonly id: string;
}

const settingsOf = (canary: string, { name }: Names) => ({
  name: name === 'a' ? 'Council A' : `Council ${canary}`,
  dpiaReference: canary,
  staffToldOn: '2026-01-01',
  consultationRecord: canary,
  recipients: {
    'information-security-team-leader': { name: canary, address: `${canary}@example.org` },
  },
  marking: name === 'a' ? 'OFFICIAL' : canary,
  contact: name === 'a' ? 'the helpdesk' : canary,
});

/** Each council's own, so that an address tells whose it names. */
const versionOf = (name: string): string => `1${name}`;

const policyOf = (canary: string, name: string) => `beadlePolicy: 1
title: Policy ${canary}
organisation: Council
version: "${versionOf(name)}"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - id: laptop-encryption
    clause: "5.9"
    says: Laptops must be encrypted ${canary}.
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: critical
    mode: report
    duty: holder
`;

/** Asks with a token, as a script would; what it cannot have is a fault of these tests. */
function askingWith(server: Server, token: string): Ask {
  return async (method, url, payload, type = 'application/json') => {
    const headers = { authorization: `Bearer ${token}`, ...(payload === undefined ? {} : { 'content-type': type }) };
    const body = payload === undefined || typeof payload === 'string' ? payload : JSON.stringify(payload);
    const answer = await server.fire({ method, url, headers, payload: body });
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.status} ${answer.body}`);
    return (answer.body === '' || !answer.body.startsWith('{') ? {} : JSON.parse(answer.body)) as Record<
      string,
      string
    >;
  };
}

async function enrol(server: Server, token: string): Promise<Device> {
  const key = newKey();
  const answer = await server.fire(enrolmentShot({ token, key, counter: server.clock.now() }));
  if (answer.status !== 201) throw new Error(`no enrolment: ${answer.status} ${answer.body}`);
  const { device, assetTag, generation } = JSON.parse(answer.body) as {
    device: string;
    assetTag: string;
    generation: number;
  };
  return { id: device, assetTag, generation, signer: signerOf(key), head: { sequence: 0, link: '0'.repeat(64) } };
}

/** One check-in as a device makes it; moves its head on. True where the server took it. */
export async function report(server: Server, device: Device, subject: string): Promise<boolean> {
  const at = new Date(server.clock.now()).toISOString();
  const salt = Buffer.from(server.random.bytes(16)).toString('base64url');
  const body = findingOf(salt, at, { subject, observed: { state: subject } });
  const facts = { 'disk-encryption': { at, facts: { volumes: { known: [{ name: subject }] } } } };
  const bytes = linesOf({ ...headerOf(device, at), facts }, [body]);
  const shot = signedShot({
    path: '/agent/v1/check-ins',
    body: bytes,
    signer: device.signer,
    counter: server.clock.now(),
  });
  const answer = await server.fire(shot);
  const expected = headAfter(device, [Buffer.from(JSON.stringify(body))]);
  if (answer.status !== 200) return false;
  const { head } = JSON.parse(answer.body) as { head: Device['head'] };
  device.head = head;
  return head.link === expected.link && answer.headers['signature'] !== undefined;
}

async function tokensOf(server: Server, { name, id }: Names): Promise<Record<CallerRole, string>> {
  const made = await server.database.db.transaction().execute(async (tx) => {
    const tokens: [string, string][] = [];
    for (const role of CALLER_ROLES) {
      const about = { organisation: id, role, name: `${role}-${name}`, expiresAt: null, at: server.clock.now() };
      tokens.push([role, (await createToken(tx, about, server.random)).token]);
    }
    return tokens;
  });
  return Object.fromEntries(made) as Record<CallerRole, string>;
}

/** Sessions of the console, each with the token of its forms. */
export async function sessionsOf(server: Server, { name, id }: Names): Promise<Caller[]> {
  const roles = ['administrator', 'security-analyst', 'worker'] as const;
  const callers: Caller[] = [];
  for (const role of roles) {
    const person = { organisation: id, name: `Person ${name} ${role}`, role };
    const { sessionId } = await server.database.db
      .transaction()
      .execute((tx) => startSession(tx, person, { at: server.clock.now(), by: 'code', browser: null }, server.random));
    const headers = { cookie: `beadle-session=${sessionId}` };
    const page = await server.fire({ method: 'GET', url: '/accessibility', headers });
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1];
    callers.push({ name: `session ${role} of ${name}`, organisation: name, headers, csrf });
  }
  return callers;
}

async function devicesOf(server: Server, ask: Ask, name: string, canary: string) {
  const token = async (tag: string) =>
    (await ask('POST', `/api/v1/devices/${tag}/enrolment-tokens`, {}))['token'] ?? '';
  const register = async (assetTag: string, holder = canary) => {
    await ask('POST', '/api/v1/devices', {
      assetTag,
      serialNumber: `${canary}-${assetTag}`,
      holder,
      groups: [canary],
    });
    return token(assetTag);
  };
  const tags = { owned: `OWN-${name}-1`, good: `GOOD-${name}-1`, spare: `SPARE-${name}-1`, mine: `MINE-${name}-1` };
  const used = await register(tags.owned);
  const superseded = await enrol(server, used);
  const owned = await enrol(server, await token(tags.owned));
  const good = await enrol(server, await register(tags.good));
  await register(canary);
  await enrol(server, await register(`END-${name}-1`));
  // The administrator's token goes by this name.
  await register(tags.mine, `administrator-${name}`);
  for (const device of [owned, good]) {
    if (!(await report(server, device, canary))) throw new Error('a good device was refused');
  }
  const fleet = (await ask('POST', '/api/v1/enrolment-tokens', { uses: 5 }))['token'] ?? '';
  return { owned, superseded, good, enrolmentTokens: { used, fresh: await register(tags.spare), fleet } };
}

async function cursorsOf(ask: Ask): Promise<string[]> {
  const lists = [
    'devices',
    'findings',
    'breaches',
    'audit',
    'tokens',
    'accounts',
    'people',
    'roles',
    'authorisations',
    'incidents',
    'helpdesk-records',
    'legal-holds',
    'rights-requests',
    'my-rights-requests',
    'withdrawals',
    'withdrawals/in-force',
    'exhibits',
  ];
  const pages = await Promise.all(lists.map((list) => ask('GET', `/api/v1/${list}?limit=1`)));
  return pages.map(({ nextCursor }) => nextCursor ?? '').filter((cursor) => cursor !== '');
}

/** A role of whoever is in a group that nobody is in. */
async function spanningOf({ database, clock, random }: Server, organisation: string, canary: string): Promise<string> {
  const grant = { home: organisation, kind: 'group', holder: canary, called: canary, role: 'auditor' } as const;
  await grantRole(database.db, grant, { organisation, actor: 'cli:root', at: clock.now() }, random);
  return (await listGrants(database.db, organisation))[0]?.id ?? '';
}

/** The references of each council begin far from those of the others: an address tells whose thing it names. */
async function countFrom({ database, clock }: Server, { name, id }: Names): Promise<void> {
  if (name === 'a') return;
  for (const counted of [
    'breaches',
    'authorisations',
    'incidents',
    'helpdesk',
    'holds',
    'withdrawals',
    'exhibits',
    'rights',
  ]) {
    const value = name === 'b' ? 500_000 : 700_000;
    const counter = { organisation: id, name: `${counted}-${new Date(clock.now()).getUTCFullYear()}`, value };
    await database.db
      .insertInto('counters')
      .values(counter)
      .onConflict((conflict) => conflict.columns(['organisation', 'name']).doUpdateSet({ value: counter.value }))
      .execute();
  }
}

/** Fills a council through the API, as its people would. */
export async function fillOrganisation(server: Server, names: Names): Promise<Organisation> {
  const { name } = names;
  const canary = `canary${name}${Buffer.from(server.random.bytes(10)).toString('hex')}`;
  const tokens = await tokensOf(server, names);
  const ask = askingWith(server, tokens.administrator);
  await ask('PUT', '/api/v1/organisation', settingsOf(canary, names));
  await ask('POST', '/api/v1/policies', policyOf(canary, name), 'application/yaml');
  const devices = await devicesOf(server, ask, name, canary);
  const password = `pass-${canary}`;
  await ask('POST', '/api/v1/accounts', { name: `account ${canary}`, role: 'auditor', password });
  const victim = await ask('POST', '/api/v1/tokens', { name: `token ${canary}`, role: 'auditor' });
  await countFrom(server, names);
  const breach = { title: `title ${canary}`, description: `what ${canary}`, device: devices.good.assetTag };
  const [open, closed] = [await ask('POST', '/api/v1/breaches', breach), await ask('POST', '/api/v1/breaches', breach)];
  await ask('POST', `/api/v1/breaches/${closed['ref']}/closure`, { reason: `because ${canary}` });
  const as = (role: CallerRole) => askingWith(server, tokens[role]);
  const { assetTag } = devices.good;
  const things = await fillThings(
    { as, canary, name, server, assetTag, owned: devices.owned.assetTag },
    policyOf(canary, name),
  );
  const breaches = [open['ref'] ?? '', closed['ref'] ?? ''];
  const cases = await fillCases({ server, id: names.id, canary, ask, breaches });
  const tags = [devices.owned.assetTag, assetTag];
  const { code } = await server.database.db
    .transaction()
    .execute((tx) =>
      createSignInCode(
        tx,
        { organisation: names.id, name: `Guest ${name}`, role: 'auditor', at: server.clock.now() },
        server.random,
      ),
    );
  const secretsOfTokens = Object.values(devices.enrolmentTokens).map((text) => text.split('.')[2] ?? text);
  return {
    name,
    canary,
    tokens,
    sessions: await sessionsOf(server, names),
    ids: {
      ref: breaches,
      assetTag: tags,
      device: tags,
      devices: tags,
      holder: [canary],
      account: things['people.account'] ?? [],
      members: things['people.account'] ?? [],
      incident: things['incidents.ref'] ?? [],
      serial: things['registers.serial'] ?? [],
    },
    places: {
      ...things,
      ...cases,
      'tokens.id': [victim['id'] ?? ''],
      'my-device.assetTag': [`MINE-${name}-1`],
      'ended.assetTag': [`END-${name}-1`],
      'accounts.name': [`account ${canary}`],
      'accounts.act': ['require-second-factor', 'enable', 'sign-out'],
      'spanning-roles.id': [await spanningOf(server, names.id, canary)],
      assetTag: tags,
      version: [versionOf(name)],
      code: ['x'.repeat(22)],
      '*': ['x'],
    },
    cursors: await cursorsOf(ask),
    ...devices,
    secrets: [...Object.values(tokens), victim['token'] ?? '', password, code, ...secretsOfTokens],
  };
}
