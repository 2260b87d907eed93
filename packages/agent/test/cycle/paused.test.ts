import { iso, known } from '@beadle/shared';
import { expect, it } from 'vitest';
import type { Collector, History } from '../../src/collectors/collector.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createPaused } from '../../src/cycle/paused.ts';
import { createWhereabouts } from '../../src/cycle/whereabouts.ts';
import { hostOf } from '../collectors/outputs.ts';
import { enrolledStore, NO_STICKS } from '../support.ts';

const START = Date.UTC(2026, 10, 21, 9);
const MINUTE = 60_000;
const SKEW = 3 * 3_600_000;

const stick = (serial: string, at: number) => ({
  at: iso(at),
  medium: { subject: serial, serial, kind: 'storage', model: null, bytes: 1, encrypted: { unknown: 'not-told' } },
});

/** A laptop whose clock is three hours ahead, with a log that is read from where it was left. */
function pausable() {
  const { outbox, memory, random, sql } = enrolledStore();
  const moment = { now: START, until: undefined as number | undefined };
  const looks = { collected: 0, logs: 0 };
  const logged: { at: string }[] = [];
  const collector: Collector = {
    check: 'removable-media',
    sources: [],
    collect() {
      looks.collected += 1;
      return { facts: known({ present: known([]) }), events: [] };
    },
  };
  const history: History = {
    check: 'removable-media',
    id: 'test/log',
    sources: [],
    end: () => Promise.resolve(known(String(logged.length))),
    since(_host, bookmark) {
      looks.logs += 1;
      return Promise.resolve(known({ events: logged.slice(Number(bookmark)), bookmark: String(logged.length) }));
    },
  };
  const now = () => moment.now;
  const holdsUntil = () => (moment.until !== undefined && moment.until > moment.now ? moment.until : undefined);
  const make = () =>
    createCycle({
      host: hostOf({}),
      collectors: [collector],
      histories: [history],
      whereabouts: createWhereabouts(undefined),
      outbox,
      memory,
      random,
      now,
      orders: { versions: () => [{ from: 0, policy: NO_STICKS }], authorisations: () => [] },
      device: () => ({
        kind: 'laptop',
        population: null,
        groups: [],
        onCouncilNetwork: { unknown: 'not-told' },
        register: null,
        registeredSticks: null,
      }),
      health: { observe: () => ({ facts: known(HEALTHY), events: [] }), told: () => undefined },
      paused: createPaused({ meta: outbox.meta, clock: { now: () => now() + SKEW }, now, holdsUntil }),
    });
  let told = 0;
  return {
    moment,
    looks,
    /** By the laptop's own clock, as logs have it. */
    log: (serial: string) => logged.push(stick(serial, moment.now + SKEW)),
    later: (minutes: number) => (moment.now += minutes * MINUTE),
    run: (checks?: string[]) => make().run(checks === undefined ? undefined : new Set(checks)),
    memory,
    /** What was told since it was last asked. */
    findings() {
      const bodies = sql.prepare<[], Buffer>('select body from outbox order by sequence').pluck().all().slice(told);
      told += bodies.length;
      return bodies.map((body) => {
        const { rule, subject, kind, verdict, reason, observed } = JSON.parse(body.toString()) as Record<
          string,
          unknown
        >;
        return { rule, subject, kind, verdict, reason, observed };
      });
    },
  };
}

const HEALTHY = { enrolled: true, dropped: known(0), clockSkewMs: known(0) };

it('looks at nothing while it is paused, and says of each rule that it does not know', async () => {
  const laptop = pausable();
  await laptop.run();
  expect(laptop.findings()).toContainEqual(expect.objectContaining({ rule: 'sticks', verdict: 'pass' }));
  laptop.moment.until = START + 60 * MINUTE;
  await laptop.run();
  await laptop.run(['removable-media']);
  await laptop.run();
  expect(laptop.looks).toEqual({ collected: 1, logs: 0 });
  expect(laptop.findings()).toEqual([
    expect.objectContaining({ rule: 'sticks', kind: 'state', verdict: 'unknown', reason: 'paused' }),
  ]);
});

it('tells of what came before and after a pause, of nothing within it, and once of the pause itself', async () => {
  const laptop = pausable();
  await laptop.run();
  laptop.log('BEFORE');
  laptop.later(5);
  laptop.moment.until = START + 65 * MINUTE;
  await laptop.run();
  laptop.later(30);
  laptop.log('WITHIN');
  await laptop.run();
  laptop.later(50);
  laptop.log('AFTER');
  laptop.later(5);
  laptop.findings();
  await laptop.run();
  await laptop.run();
  const findings = laptop.findings();
  expect(
    findings.filter(({ rule, kind }) => rule === 'sticks' && kind === 'event').map(({ subject }) => subject),
  ).toEqual(['BEFORE', 'AFTER']);
  expect(findings.filter(({ reason }) => reason === 'paused')).toEqual([
    {
      rule: 'agent-health',
      subject: 'device',
      kind: 'event',
      verdict: 'unknown',
      reason: 'paused',
      observed: { from: iso(START + 5 * MINUTE), to: iso(START + 65 * MINUTE) },
    },
  ]);
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'sticks', kind: 'state', verdict: 'pass' }));
});

it('does not keep what a look found that was under way when the pause came', async () => {
  const laptop = pausable();
  await laptop.run();
  laptop.log('LAST');
  const running = laptop.run();
  laptop.moment.until = START + 60 * MINUTE;
  await running;
  expect(laptop.findings().filter(({ rule }) => rule === 'sticks')).toEqual([
    expect.objectContaining({ verdict: 'pass' }),
    expect.objectContaining({ verdict: 'unknown', reason: 'paused' }),
  ]);
});
