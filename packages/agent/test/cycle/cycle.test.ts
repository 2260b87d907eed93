import { known } from '@beadle/shared';
import { expect, it } from 'vitest';
import type { History } from '../../src/collectors/collector.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createWhereabouts } from '../../src/cycle/whereabouts.ts';
import { hostOf } from '../collectors/outputs.ts';
import { enrolledStore, NO_STICKS } from '../support.ts';

const medium = {
  subject: 'INV1',
  serial: 'INV1',
  kind: 'storage',
  model: null,
  bytes: 1,
  encrypted: { unknown: 'not-told' },
};

/** A log that tells of one stick, and whether it still reaches back to where it was left. */
const log = (reaches: boolean | undefined): History => ({
  check: 'removable-media',
  id: 'test/log',
  sources: [],
  end: () => Promise.resolve(known('end')),
  since: () => Promise.resolve(known({ events: [{ at: '2026-11-20T10:00:00.000Z', medium }], bookmark: 'later' })),
  ...(reaches === undefined ? {} : { reachesBackTo: () => Promise.resolve(reaches) }),
});

async function findings(history: History, offSince: number | undefined) {
  const { outbox, memory, random, sql } = enrolledStore();
  memory.putBookmark(history.id, 'here', 0);
  const cycle = createCycle({
    host: hostOf({}),
    collectors: [
      { check: 'removable-media', sources: [], collect: () => ({ facts: known({ present: known([]) }), events: [] }) },
    ],
    histories: [history],
    whereabouts: createWhereabouts(undefined),
    outbox,
    memory,
    random,
    now: () => Date.UTC(2026, 10, 21),
    orders: { versions: () => [{ from: 0, policy: NO_STICKS }], authorisations: () => [] },
    device: () => ({
      kind: 'laptop',
      population: null,
      groups: [],
      onCouncilNetwork: { unknown: 'not-told' },
      register: null,
      registeredSticks: null,
    }),
    health: { observe: () => ({ facts: { unknown: 'not-told' }, events: [] }), told: () => undefined },
  });
  await cycle.run(undefined, offSince);
  const bodies = sql.prepare<[], Buffer>('select body from outbox order by sequence').pluck().all();
  return bodies
    .map((body) => JSON.parse(body.toString()) as { rule: string; kind: string; verdict: string; reason?: string })
    .filter(({ rule, kind }) => rule === 'sticks' && kind === 'event')
    .map(({ verdict, reason }) => [verdict, reason]);
}

it.each([
  ['reaches back so far', true, []],
  ['has always been whole', undefined, []],
  ['no longer reaches back so far', false, [['unknown', 'history-not-kept']]],
])(
  'after a time without the agent, tells what a log that %s holds, and what it cannot hold',
  async (_what, reaches, more) => {
    expect(await findings(log(reaches), Date.UTC(2026, 10, 19))).toEqual([['fail', undefined], ...more]);
  },
);

it('does not ask how far a log reaches back while the agent has been running', async () => {
  expect(await findings(log(false), undefined)).toEqual([['fail', undefined]]);
});
