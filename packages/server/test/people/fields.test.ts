import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { type Field, FIELD_KEYWORD, FIELDS, seesField, SEEN_BY } from '../../src/people/fields.ts';
import { CALLER_ROLES, may } from '../../src/people/permissions.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';

type Schema = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
/** What stands in each field, found nowhere else. */
const VALUES: Readonly<Record<Exclude<Field, 'person.version'>, readonly string[]>> = {
  'person.email': ['sam-address@council.test'],
  'person.line-manager': ['kim.marsh', 'Kim Marsh'],
  'person.employment': ['2031-05-17', '17 May 2031'],
  'person.absence': ['2031-06-19', '19 June 2031'],
  'message.address': ['officer-address@council.test'],
  'breach.reporter': ['Reporter Unnamed'],
  'authorisation.safety-review': ['the loose cable was fixed'],
};

/** Where the answers are asked for that have such a field. One that is new says here where an example of it is. */
const ADDRESSES: Readonly<Record<string, (made: Made) => string>> = {
  '/api/v1/people': () => '/api/v1/people?q=sam.rivers',
  '/api/v1/people/{account}': () => '/api/v1/people/sam.rivers',
  '/api/v1/notices': () => '/api/v1/notices',
  '/api/v1/breaches/{ref}/report': ({ breach }) => `/api/v1/breaches/${breach}/report?format=json`,
  '/api/v1/authorisations': () => '/api/v1/authorisations',
  '/api/v1/authorisations/{ref}': ({ authorisation }) => `/api/v1/authorisations/${authorisation}`,
};

interface Made {
  readonly breach: string;
  readonly authorisation: string;
}

let server: ConsoleServer;
let made: Made;
let document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>> };

const post = async (role: CallerRole, url: string, payload: object | string, type = 'application/json') => {
  const answer = await server.as(role, { method: 'POST', url, headers: { 'content-type': type }, payload });
  if (answer.statusCode >= 400) throw new Error(`${url}: ${answer.body}`);
  return answer.json();
};

async function fill(): Promise<Made> {
  const people = [
    'account,name,email,population,line_manager,starts_on,ends_on,absent_from,absent_until',
    'kim.marsh,Kim Marsh,kim@council.test,employee,,,,,',
    'sam.rivers,Sam Rivers,sam-address@council.test,employee,kim.marsh,,2031-05-17,2026-01-01,2031-06-19',
  ];
  await post('administrator', '/api/v1/people/import', people.join('\n'), 'text/csv');
  const reporter = await server.signIn('worker', 'Reporter Unnamed');
  await reporter.post('/report', { description: 'A stick was left on the bus.' }, '/report');
  const { ref: breach } = await server.db.selectFrom('breaches').select('ref').executeTakeFirstOrThrow();
  await server.db.updateTable('notices').set({ address: 'officer-address@council.test' }).execute();
  const now = server.clock.now();
  const asked = await post('information-security-team-leader', '/api/v1/authorisations', {
    kind: 'emergency-plan-stick',
    subject: { person: 'Sam Rivers' },
    scope: { sticks: ['0781AABB1204'], encryptedOnly: true },
    purpose: 'To carry the Emergency Plan.',
    risks: 'It can be lost.',
    acceptedOn: '2026-06-01',
    validFrom: new Date(now).toISOString(),
    validTo: new Date(now + 30 * DAY_MS).toISOString(),
    safetyReview: { reviewedOn: '2026-06-01', actionsRequired: true, actionsDone: 'the loose cable was fixed' },
  });
  return { breach, authorisation: asked.ref };
}

beforeAll(async () => {
  server = await startConsoleServer();
  made = await fill();
  document = (await server.app.inject('/api/openapi.json')).json();
});
afterAll(() => server.close());

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** Each property of an answer, wherever it stands in it. */
function propertiesIn(schema: unknown): (readonly [string, Schema])[] {
  if (!isSchema(schema)) return [];
  const own = isSchema(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [...own, ...Object.values(schema).flatMap((part) => propertiesInPart(part))].filter(
    (entry): entry is [string, Schema] => isSchema(entry[1]),
  );
}
const propertiesInPart = (part: unknown) => (Array.isArray(part) ? part.flatMap(propertiesIn) : propertiesIn(part));

const answersOf = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries((responses ?? {}) as Schema)
        .filter(([status]) => status.startsWith('2'))
        .map(([, answer]) => ({ path, method, properties: propertiesIn(answer) })),
    ),
  );

const marked = (properties: readonly (readonly [string, Schema])[]) =>
  properties.flatMap(([name, schema]) => {
    const field = FIELDS.find((one) => schema[FIELD_KEYWORD] === one);
    return field === undefined ? [] : [{ name, field }];
  });

/** Whether a key stands anywhere in an answer. */
const holdsKey = (value: unknown, key: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, key) || Object.values(value).some((part) => holdsKey(part, key)));

describe('a personal field', () => {
  it('is marked wherever an answer has one of its names', () => {
    const names = /^(email|telephone|lineManager|startsOn|endsOn|absent(From|Until)|accountDisabled|safetyReview)$/;
    // The contact that the regulator is to have is published by the council; its settings are for who keeps them.
    // Whom a worker calls whose device is restricted is the council's helpdesk.
    const theirs = /\/(article-33|organisation)$|\/(orders|messages|resends)(\/|$)/;
    const bare = answersOf()
      .filter(({ path }) => !theirs.test(path))
      .flatMap(({ path, method, properties }) =>
        properties
          .filter(([name, schema]) => names.test(name) && schema[FIELD_KEYWORD] === undefined)
          .map(([name]) => `${method} ${path}: ${name}`),
      );
    expect([...new Set(bare)]).toEqual([]);
  });

  it('of the table stands in an answer, and each role of it is one', () => {
    const found = new Set(answersOf().flatMap(({ properties }) => marked(properties).map(({ field }) => field)));
    expect([...found].toSorted()).toEqual([...FIELDS].toSorted());
    for (const roles of Object.values(SEEN_BY))
      for (const role of roles) expect(CALLER_ROLES as readonly string[]).toContain(role);
  });

  it('is in an answer for the roles that the table names, and for no other', async () => {
    const wrong: string[] = [];
    let [shown, hidden] = [0, 0];
    for (const { path, method, properties } of answersOf()) {
      const fields = marked(properties);
      if (fields.length === 0 || method !== 'get') continue;
      const address = ADDRESSES[path];
      if (address === undefined) throw new Error(`${path} has personal fields: say in this test where there is one`);
      for (const role of CALLER_ROLES) {
        const answer = await server.as(role, { url: address(made) });
        if (answer.statusCode === 403 || answer.statusCode === 404) continue;
        expect([path, role, answer.statusCode]).toEqual([path, role, 200]);
        if (answer.json().items?.length === 0) continue;
        for (const { name, field } of fields) {
          const sees = seesField({ role }, field);
          if (sees) shown += 1;
          else hidden += 1;
          if (holdsKey(answer.json(), name) !== sees) wrong.push(`${role} ${path}: ${name}`);
          const told = field === 'person.version' ? [] : VALUES[field];
          if (!sees && told.some((value) => answer.body.includes(value))) wrong.push(`${role} ${path} tells ${field}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect([shown > 30, hidden > 30]).toEqual([true, true]);
  });

  it('is on a page for the roles that the table names, and for no other', async () => {
    const pages = [
      '/people',
      '/people/sam.rivers',
      '/search?q=sam.rivers',
      '/messages',
      `/breaches/${made.breach}`,
      `/api/v1/breaches/${made.breach}/report?format=html`,
      `/authorisations/${made.authorisation}`,
      '/authorisations',
      '/roles',
      '/groups',
    ];
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const role of CALLER_ROLES) {
      const bodies = await Promise.all(pages.map(async (url) => (await server.as(role, { url })).body));
      for (const [field, values] of Object.entries(VALUES) as [Field, readonly string[]][]) {
        const on = pages.filter((_page, index) => values.some((value) => bodies[index]?.includes(value)));
        // A line manager is a person of the list too, and is named there as such.
        const telling = field === 'person.line-manager' ? on.filter((page) => page === '/people/sam.rivers') : on;
        if (telling.length > 0) seen.add(field);
        if (telling.length > 0 && !seesField({ role }, field)) wrong.push(`${role}: ${field} on ${telling.join(', ')}`);
      }
    }
    expect(wrong).toEqual([]);
    expect([...seen].toSorted()).toEqual(Object.keys(VALUES).toSorted());
  });

  it('is not found by looking for it, by who may not see it', async () => {
    for (const role of CALLER_ROLES.filter((one) => may(one, 'people:read'))) {
      const sees = seesField({ role }, 'person.email');
      const { items } = (await server.as(role, { url: '/api/v1/people?q=sam-address' })).json();
      expect([role, items.length]).toEqual([role, sees ? 1 : 0]);
      const page = (await server.as(role, { url: '/people?q=sam-address' })).body;
      expect([role, page.includes('Sam Rivers')]).toEqual([role, sees]);
    }
  });
});
