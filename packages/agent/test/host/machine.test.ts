import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createHeavyCache } from '../../src/host/heavy-cache.ts';
import type { SourceResult } from '../../src/host/host.ts';
import { createMachine } from '../../src/host/machine.ts';
import type { Source } from '../../src/host/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'beadle-machine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const base = {
  id: 'linux/test',
  platform: 'linux',
  privilege: 'none',
  timeLimitMs: 300,
  outputLimitBytes: 100,
  why: 'test',
} as const;
const read = (reads: Source['reads'], environment = {}) => {
  const source: Source = { ...base, reads };
  return createMachine({ clock, sources: [source], environment }).read(source);
};
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('this machine', () => {
  it('reads files as they are', async () => {
    expect(await read({ kind: 'file', path: file('small', 'text') })).toMatchObject({ exitCode: 0, stdout: 'text' });
  });

  it.each([
    ['a missing file', () => join(folder, 'none'), 'source-missing'],
    ['a file over the limit', () => file('large', 'x'.repeat(101)), 'output-too-large'],
    ['a folder', () => folder, 'source-failed'],
    ['a device without an end', () => '/dev/zero', 'source-failed'],
  ])('says why it does not read %s', async (_what, path, reason) => {
    expect(await read({ kind: 'file', path: path() })).toMatchObject({ kind: 'unreadable', reason });
  });

  it('does not wait for a pipe in the place of a file', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await read({ kind: 'file', path })).toMatchObject({ kind: 'unreadable', reason: 'source-failed' });
  });

  it('prints what a probe makes as JSON, and gives it the environment', async () => {
    const run = (_files: unknown, _signal: AbortSignal, environment: object) => Promise.resolve(environment);
    expect(await read({ kind: 'probe', what: 'test', run }, { A: 'b' })).toMatchObject({ stdout: '{"A":"b"}' });
  });

  it.each([
    ['never answers', () => new Promise(() => {}), 'timed-out'],
    ['answers too much', () => Promise.resolve('x'.repeat(101)), 'output-too-large'],
    ['finds nothing', () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' })), 'source-missing'],
    ['may not look', () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })), 'access-denied'],
    ['breaks', () => Promise.reject(new TypeError('no')), 'source-failed'],
  ])('says why a probe that %s tells nothing', async (_what, run, reason) => {
    expect(await read({ kind: 'probe', what: 'test', run })).toMatchObject({ kind: 'unreadable', reason });
  });

  it('refuses what is not in its list', async () => {
    const source: Source = { ...base, reads: { kind: 'file', path: '/etc/shadow' } };
    expect(await createMachine({ clock, sources: [] }).read(source)).toMatchObject({ reason: 'access-denied' });
  });

  it('runs one process at a time', async () => {
    const path = join(folder, 'lock');
    const args = ['-c', `mkdir ${path} || exit 1; sleep 0.05; rmdir ${path}`];
    const source: Source = { ...base, timeLimitMs: 5000, reads: { kind: 'command', files: ['/bin/sh'], args } };
    const host = createMachine({ clock, sources: [source] });
    const results = await Promise.all([host.read(source), host.read(source), host.read(source)]);
    expect(results.map((result) => result.kind === 'output' && result.exitCode)).toEqual([0, 0, 0]);
  });

  it('tells mains power or the lack of it without starting anything', async () => {
    const host = createMachine({ clock, sources: [] });
    expect(typeof (await host.onMainsPower())).toBe('boolean');
    expect(host.started.processes).toBe(0);
  });
});

describe('a heavy source', () => {
  const path = file('changes', 'a');
  const heavy: Source = {
    ...base,
    reads: { kind: 'file', path },
    heavy: { changesWith: [path, join(folder, 'not-there')] },
  };
  function setUp() {
    const state = { now: 1_000_000, onMains: true, asked: 0 };
    const cache = createHeavyCache({
      clock: { now: () => state.now, monotonic: () => state.now },
      onMainsPower: () => Promise.resolve(state.onMains),
    });
    let result: SourceResult = { kind: 'output', exitCode: 0, stdout: '', stderr: '' };
    const ask = () => {
      state.asked += 1;
      return Promise.resolve(result);
    };
    return { state, answer: (next: SourceResult) => (result = next), read: () => cache.through(heavy, ask) };
  }
  let time = 1_700_000_000;
  const change = () => utimesSync(path, time, (time += 10));

  it('is asked once while nothing has changed, and again when something has', async () => {
    const { state, read: once } = setUp();
    await once();
    await once();
    expect(state.asked).toBe(1);
    change();
    await once();
    expect(state.asked).toBe(2);
  });

  it('is asked again after a day, and where the clock was set back', async () => {
    const { state, read: once } = setUp();
    await once();
    state.now += 86_400_000;
    await once();
    state.now -= 1;
    await once();
    expect(state.asked).toBe(3);
  });

  it('waits for mains power with what has changed, for a day', async () => {
    const { state, read: once } = setUp();
    await once();
    change();
    state.onMains = false;
    await once();
    expect(state.asked).toBe(1);
    state.now += 86_400_000;
    await once();
    expect(state.asked).toBe(2);
  });

  it('is asked even on battery where nothing is known yet, and again after a failure', async () => {
    const { state, answer, read: once } = setUp();
    state.onMains = false;
    answer({ kind: 'unreadable', reason: 'timed-out' });
    await once();
    await once();
    expect(state.asked).toBe(2);
  });
});
