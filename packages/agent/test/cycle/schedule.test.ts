import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Schedule } from '../../src/cycle/schedule.ts';
import { seededRandom } from '../support.ts';

it('tells since when the agent was off to the first full cycle that can be kept, and to no other', async () => {
  const told: [checks: readonly string[] | 'all', offSince: number | undefined][] = [];
  const stop = new AbortController();
  const schedule: Schedule = new Schedule({
    cycle: {
      async run(checks, offSince) {
        told.push([checks === undefined ? 'all' : [...checks], offSince]);
        const next = [
          () => schedule.want('printing'),
          () => schedule.want(),
          () => schedule.want(),
          () => stop.abort(),
        ];
        queueMicrotask(next[told.length - 1] ?? (() => undefined));
        if (told.length < 3) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
        return { findings: 0, isUrgent: false };
      },
    },
    watchers: [],
    clock: { now: () => 0, monotonic: () => 0 },
    random: seededRandom('schedule'),
    log: pino({ level: 'silent' }),
    kept: () => undefined,
    resumed: () => undefined,
  });
  await schedule.run(stop.signal, 1_000);
  expect(told).toEqual([
    ['all', 1_000],
    [['printing'], undefined],
    ['all', 1_000],
    ['all', undefined],
  ]);
});

it('looks again at what has changed while the first cycle was still under way', async () => {
  const told: (readonly string[] | 'all')[] = [];
  const stop = new AbortController();
  let plugIn = () => {};
  const schedule = new Schedule({
    cycle: {
      run(checks) {
        told.push(checks === undefined ? 'all' : [...checks]);
        if (checks === undefined) plugIn();
        else stop.abort();
        return Promise.resolve({ findings: 0, isUrgent: false });
      },
    },
    watchers: [
      {
        id: 'test/sticks',
        check: 'removable-media',
        watch(changed) {
          plugIn = changed;
          return Promise.resolve();
        },
      },
    ],
    clock: { now: () => 0, monotonic: () => 0 },
    random: seededRandom('schedule'),
    log: pino({ level: 'silent' }),
    kept: () => undefined,
    resumed: () => undefined,
  });
  await schedule.run(stop.signal);
  expect(told).toEqual(['all', ['removable-media']]);
});
