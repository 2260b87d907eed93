import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listInOrder, type Order, ORDERS, type OrderedPlace, placeIn } from '../../src/breaches/order.ts';
import { type BreachFilter, type BreachView, countBreaches } from '../../src/breaches/read.ts';
import type { Viewer } from '../../src/concealed.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

const AT = Date.parse('2026-06-04T08:32:00Z');
const SEVERITIES = ['low', 'medium', 'high', 'critical'];
const anybody: Viewer = { organisation: ORGANISATION, name: 'Ann Officer' };
const implicated: Viewer = { organisation: ORGANISATION, name: 'Una Officer' };

let server: TestServer;
let tag: string;

beforeAll(async () => {
  server = await startTestServer();
  const devices = [await seedDevice(server.db), await seedDevice(server.db, { asset_tag: 'DBC-100%' })];
  tag = devices[1]?.asset_tag ?? '';
  await server.db
    .insertInto('clusters')
    .values({
      organisation: ORGANISATION,
      id: 'cluster-1',
      ref: 'CL-2026-000001',
      cause_key: 'one',
      rule: 'firewall',
      clause: '5.5',
      cause: '{}',
      opened_at: AT,
      last_at: AT,
      breaches: 2,
      ended_at: null,
      notice: null,
    })
    .execute();
  for (let number = 0; number < 48; number += 1)
    await seedBreach(server.db, number % 5 === 0 ? null : (devices[number % 2]?.id ?? null), {
      subject: `Subject ${number}`,
      rule: number % 3 === 0 ? 'firewall' : 'laptop-encryption',
      duty: number % 4 === 0 ? 'holder' : 'ict',
      severity: SEVERITIES[number % 4] ?? 'low',
      assessed_severity: number % 7 === 0 ? 'critical' : null,
      status: number % 2 === 0 ? 'suspected' : 'closed',
      // Several are opened in the same millisecond.
      opened_at: AT + Math.floor(number / 3),
      ended_at: number % 2 === 0 ? null : AT + 1000,
      owner: number % 6 === 0 ? 'Ann Officer' : null,
      triage: number % 5 === 0 ? 'confirmed' : null,
      category: number % 8 === 0 ? 'lost' : null,
      cluster: number % 11 === 0 ? 'cluster-1' : null,
      concealed_from: number % 9 === 0 ? '["una officer"]' : null,
    });
});
afterAll(() => server.close());

async function everything(viewer: Viewer, filter: BreachFilter, order: Order): Promise<BreachView[]> {
  const found: BreachView[] = [];
  let after: OrderedPlace | undefined;
  for (;;) {
    const rows = await listInOrder(server.db, viewer, filter, { order, limit: 5, after });
    found.push(...rows.slice(0, 5));
    const last = found.at(-1);
    if (rows.length <= 5 || last === undefined) return found;
    after = placeIn(order)(last);
  }
}

const now = ({ assessed_severity: assessed, severity }: BreachView) => assessed ?? severity;
const FILTERS: readonly [string, () => BreachFilter, (breach: BreachView) => boolean][] = [
  ['everything', () => ({}), () => true],
  ['a duty’s open ones', () => ({ duty: 'ict', open: true }), (b) => b.duty === 'ict' && b.ended_at === null],
  ['what has ended', () => ({ open: false }), (b) => b.ended_at !== null],
  ['an owner’s', () => ({ owner: 'Ann Officer' }), (b) => b.owner === 'Ann Officer'],
  ['a rule’s', () => ({ rule: 'firewall', status: 'closed' }), (b) => b.rule === 'firewall' && b.status === 'closed'],
  ['a severity', () => ({ severityNow: 'critical' }), (b) => now(b) === 'critical'],
  ['the policy’s severity', () => ({ severity: 'critical' }), (b) => b.severity === 'critical'],
  ['what nobody has decided', () => ({ triage: 'none', open: true }), (b) => b.triage === null && b.ended_at === null],
  [
    'what is confirmed',
    () => ({ triage: 'confirmed', category: 'lost' }),
    (b) => b.triage !== null && b.category !== null,
  ],
  ['a device’s', () => ({ device: tag }), (b) => b.asset_tag === tag],
  ['a device’s that there is not', () => ({ device: 'NOT-THERE' }), () => false],
  ['an item’s', () => ({ cluster: 'CL-2026-000001' }), (b) => b.cluster === 'cluster-1'],
  ['words of a tag', () => ({ q: 'c-100%' }), (b) => b.asset_tag === tag],
  ['words of a subject', () => ({ q: 'SUBJECT 1' }), (b) => b.subject.startsWith('Subject 1')],
  ['a reference', () => ({ q: 'br-2026' }), () => true],
];

describe.each([
  ['anybody', anybody],
  ['whom some implicate', implicated],
])('the breaches for %s', (_, viewer) => {
  it.each(FILTERS)('%s: as many as are counted, each once, and in order', async (__, filterOf, fits) => {
    const all = (await everything(anybody, {}, 'oldest')).filter(
      (breach) => viewer !== implicated || breach.concealed_from === null,
    );
    const wanted = all.filter(fits).map(({ ref }) => ref);
    expect(await countBreaches(server.db, viewer, filterOf())).toBe(wanted.length);
    for (const order of ORDERS) {
      const found = await everything(viewer, filterOf(), order);
      expect(found.map(({ ref }) => ref).toSorted()).toEqual(wanted.toSorted());
      const places = found.map(placeIn(order));
      const sorted = places.toSorted(
        ([rank, at, id], [otherRank, otherAt, otherId]) =>
          otherRank - rank || (order === 'newest' ? -1 : 1) * (at - otherAt || (id < otherId ? -1 : 1)),
      );
      expect(places).toEqual(sorted);
    }
  });
});

it('has all 48 of them for anybody', async () => {
  expect(await countBreaches(server.db, anybody, {})).toBe(48);
  expect(await countBreaches(server.db, implicated, {})).toBe(42);
});
