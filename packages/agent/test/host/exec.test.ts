import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createExec } from '../../src/host/exec.ts';
import type { CommandSource, Source, StreamSource } from '../../src/host/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'beadle-exec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function source(reads: Partial<CommandSource>, rest: Partial<Source> = {}): Source {
  return {
    id: 'linux/test',
    platform: 'linux',
    reads: { kind: 'command', files: ['/bin/sh'], args: [], ...reads },
    privilege: 'none',
    timeLimitMs: 5000,
    outputLimitBytes: 10_000,
    why: 'test',
    ...rest,
  };
}
const sh = (script: string, rest: Partial<Source> = {}, reads: Partial<CommandSource> = {}) =>
  source({ args: ['-c', script], ...reads }, rest);
const run = (one: Source, parameter?: string, environment = {}) =>
  createExec({ allowed: [one], environment }).run(one, parameter);

/** A killed process whose parent is gone may wait to be collected: it no longer runs. */
const runs = (pid: number) => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('running a command', () => {
  it('keeps exit code, standard output and standard error apart', async () => {
    expect(await run(sh('echo out; echo err >&2; exit 3'))).toEqual({
      kind: 'output',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('hands on nothing of its own environment but what the source names, and one language', async () => {
    const environment = { CUPS_SERVER: 'x:1', SECRET: 'y', LANG: 'de_DE.UTF-8' };
    const result = await run(
      source({ files: ['/usr/bin/env'], passes: ['CUPS_SERVER'], env: { A: 'b' } }),
      undefined,
      environment,
    );
    expect(result.kind === 'output' && result.stdout.trim().split('\n').toSorted()).toEqual([
      'A=b',
      'CUPS_SERVER=x:1',
      'LANG=C',
      'LANGUAGE=',
      'LC_ALL=C',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
  });

  it('runs at low priority, from the root folder, with nothing to read', async () => {
    const result = await run(sh('sleep 0.05; nice; pwd; cat; test -S /dev/stdin || echo no socket'));
    expect(result).toMatchObject({ stdout: '10\n/\nno socket\n' });
  });

  it('ends what takes too long, with everything that it has started', async () => {
    const pidFile = join(folder, 'pid');
    const from = performance.now();
    const result = await run(sh(`sleep 30 & echo $! > ${pidFile}; wait`, { timeLimitMs: 300 }));
    expect(result).toEqual({ kind: 'unreadable', reason: 'timed-out' });
    expect(performance.now() - from).toBeLessThan(3000);
    await expect.poll(() => runs(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });

  it.each(['', '>&2'])('ends what prints too much %s', async (where) => {
    const result = await run(sh(`yes ${where}`));
    expect(result).toEqual({ kind: 'unreadable', reason: 'output-too-large' });
  });

  it('takes the first of several paths that exists, and counts processes', async () => {
    const one = source({ files: ['/nowhere/sh', '/bin/sh'], args: ['-c', 'echo here'] });
    const exec = createExec({ allowed: [one], environment: {} });
    expect(await exec.run(one)).toMatchObject({ stdout: 'here\n' });
    expect(exec.started.processes).toBe(2);
  });

  it('says so where the program is missing', async () => {
    expect(await run(source({ files: ['/nowhere/program'] }))).toMatchObject({
      kind: 'unreadable',
      reason: 'tool-missing',
    });
  });

  it('says so where the program may not be run', async () => {
    const path = join(folder, 'not-executable');
    writeFileSync(path, 'text', { mode: 0o644 });
    expect(await run(source({ files: [path] }))).toMatchObject({ kind: 'unreadable', reason: 'access-denied' });
  });

  it('says so where the program is killed', async () => {
    expect(await run(sh('kill -9 $$'))).toMatchObject({ kind: 'unreadable', reason: 'source-failed' });
  });

  it('tries the other arguments only where the first were refused', async () => {
    const retry = { onStderr: /unknown column/, args: ['-c', 'echo second'] };
    expect(await run(sh('echo "unknown column: X" >&2; exit 1', {}, { retry }))).toMatchObject({ stdout: 'second\n' });
    expect(await run(sh('echo other >&2; exit 1', {}, { retry }))).toMatchObject({ exitCode: 1 });
  });

  it('keeps only the lines that are wanted, however many others there are', async () => {
    const result = await run(
      sh('yes private | head -n 100000; echo "usb 1: found"; printf "usb 2"', {}, { keepLines: /^usb/ }),
    );
    expect(result).toMatchObject({ stdout: 'usb 1: found\nusb 2\n' });
  });
});

describe('the list of what may be run', () => {
  it('refuses what is not on it, and starts nothing', async () => {
    const exec = createExec({ allowed: [sh('echo listed')], environment: {} });
    const other = sh('echo listed');
    expect(await exec.run(other)).toEqual({
      kind: 'unreadable',
      reason: 'access-denied',
      detail: 'not in the list of sources',
    });
    expect(exec.started.processes).toBe(0);
  });

  it('refuses a program without an absolute path', async () => {
    expect(await run(source({ files: ['sh'], args: ['-c', 'true'] }))).toMatchObject({ reason: 'access-denied' });
  });

  it('takes a parameter of the form that the source allows, as one argument', async () => {
    const one = sh('echo "$0"', {}, { parameter: { prefix: '--after=', pattern: /^[a-z;]+$/ } });
    expect(await run(one, 'a;b')).toMatchObject({ stdout: '--after=a;b\n' });
    for (const bad of ['A', 'a b', 'a\n', '', '$(id)'])
      expect(await run(one, bad)).toMatchObject({ reason: 'access-denied' });
    expect(await run(sh('echo'), 'a')).toMatchObject({ reason: 'access-denied' });
  });
});

describe('following a stream', () => {
  const stream = (script: string, files = ['/bin/sh']): Source => ({
    ...source({}),
    reads: { kind: 'stream', files, args: ['-c', script] } satisfies StreamSource,
  });
  const follow = (one: Source, onLine: (line: string) => void, signal: AbortSignal) =>
    createExec({ allowed: [one], environment: {} }).follow(one, onLine, signal);

  it('hands on whole lines until it ends', async () => {
    const lines: string[] = [];
    const ended = await follow(
      stream('printf "a\\nb"; sleep 0.1; printf "c\\n"'),
      (line) => lines.push(line),
      AbortSignal.any([]),
    );
    expect(lines).toEqual(['a', 'bc']);
    expect(ended).toEqual({ kind: 'unreadable', reason: 'source-failed' });
  });

  it('is ended by the signal', async () => {
    const stopping = new AbortController();
    const ended = follow(stream('echo ready; sleep 30'), () => stopping.abort(), stopping.signal);
    expect(await ended).toEqual({ kind: 'unreadable', reason: 'gone' });
  });

  it('says so where the program is missing, or not on the list', async () => {
    expect(await follow(stream('', ['/nowhere']), () => {}, AbortSignal.any([]))).toMatchObject({
      reason: 'tool-missing',
    });
    const exec = createExec({ allowed: [], environment: {} });
    expect(await exec.follow(stream('echo'), () => {}, AbortSignal.any([]))).toMatchObject({ reason: 'access-denied' });
  });
});
