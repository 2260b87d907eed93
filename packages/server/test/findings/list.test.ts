import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFindings } from '../../src/findings/list.ts';
import type { FindingFilter, FindingPlace } from '../../src/findings/read.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice, seedFinding } from '../support/seed.ts';

const AT = Date.parse('2026-06-04T08:32:00Z');
const DEVICES = 3;
const OF_EACH = 20;

let server: TestServer;
let tags: string[];

beforeAll(async () => {
  server = await startTestServer();
  tags = [];
  for (let number = 0; number < DEVICES; number += 1) {
    const { id, asset_tag } = await seedDevice(server.db);
    tags.push(asset_tag);
    for (let sequence = 1; sequence <= OF_EACH; sequence += 1) {
      // Batches of five arrive in the same millisecond, from several devices at once.
      const given = {
        sequence,
        received_at: AT + Math.floor(sequence / 5),
        rule: sequence % 9 === 0 ? 'rare' : 'often',
      };
      await seedFinding(server.db, id, { ...given, verdict: sequence % 2 === 0 ? 'fail' : 'pass' });
    }
  }
});
afterAll(() => server.close());

/** Everything that fits, page by page, of which each looks through so many findings at most. */
async function everything(filter: FindingFilter, lookThrough: number, limit = 4) {
  const [found, sizes] = [[] as string[], [] as number[]];
  let after: FindingPlace | undefined;
  for (let pages = 0; pages < 200; pages += 1) {
    const page = await listFindings(server.db, ORGANISATION, filter, { limit, after, lookThrough });
    found.push(...page.rows.map(({ asset_tag, sequence }) => `${asset_tag} ${sequence}`));
    sizes.push(page.rows.length);
    if (page.next === null) return { found, sizes };
    after = page.next;
  }
  throw new Error('it does not come to an end');
}

describe('a list of findings of which few fit', () => {
  it.each<[string, (tag: string) => FindingFilter, number]>([
    ['by rule', () => ({ rule: 'rare' }), 2 * DEVICES],
    ['by verdict', () => ({ verdict: 'fail' }), (OF_EACH / 2) * DEVICES],
    ['by a rule that there is not', () => ({ rule: 'not-there' }), 0],
    ['by device and rule', (device) => ({ device, rule: 'rare' }), 2],
    ['by device and verdict', (device) => ({ device, verdict: 'pass' }), OF_EACH / 2],
    ['by device and moment', (device) => ({ device, since: AT + 2 }), 11],
    ['by moment and check', () => ({ check: 'disk-encryption', since: AT + 2 }), 11 * DEVICES],
    ['by a device that there is not', () => ({ device: 'NOT-THERE' }), 0],
  ])('%s is the same however much is looked through for a page', async (_, filterFor, count) => {
    const filter = filterFor(tags[1] ?? '');
    const whole = await everything(filter, 1000, 500);
    expect(whole.found).toHaveLength(count);
    expect(whole.sizes).toHaveLength(1);
    for (const lookThrough of [1, 3, 7, 16, 59, 60, 61])
      expect((await everything(filter, lookThrough)).found).toEqual(whole.found);
  });

  it('looks through no more for a page than it may', async () => {
    const { sizes } = await everything({ rule: 'not-there' }, 16);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.length).toBeLessThan((DEVICES * OF_EACH) / 10);
  });

  it('has a device’s findings in the order of its chain', async () => {
    const [, tag = ''] = tags;
    const { found } = await everything({ device: tag }, 1000);
    expect(found).toEqual(Array.from({ length: OF_EACH }, (_, index) => `${tag} ${OF_EACH - index}`));
  });
});
