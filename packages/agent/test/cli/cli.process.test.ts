import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicJwkOf } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeviceKey, saveIdentity } from '../../src/identity/identity.ts';
import { openStore } from '../../src/outbox/store.ts';
import { VERSION } from '../../src/version.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'beadle-cli-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function agent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { status, stdout, stderr };
}

/** Still running, with its input open. `ended` is its exit code, or the signal by which it was ended. */
function agentAlive(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal);
  return { stdin: child.stdin, stderr: child.stderr, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

/** As somebody who is not the service's user. */
function asHolder(...args: string[]) {
  const isRoot = process.getuid?.() === 0;
  const [program, ...before] = isRoot
    ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
    : [process.execPath];
  const { status, stdout, stderr } = spawnSync(program ?? '', [...before, MAIN, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { status, stdout, stderr };
}

describe('beadle-agent', () => {
  it('lists its commands, and tells of each what it takes', () => {
    const { status, stdout } = agent('--help');
    expect(status).toBe(0);
    for (const name of ['run', 'enrol', 'check', 'record', 'status', 'collected', 'release', 'hold', 'sources']) {
      expect(stdout).toContain(`  ${name}`);
      expect(agent(name, '--help')).toMatchObject({
        status: 0,
        stdout: expect.stringContaining(`Usage: beadle-agent ${name}`),
      });
    }
  });

  it('has the version of its package', () => {
    const { version } = JSON.parse(readFileSync(join(MAIN, '../../package.json'), 'utf8')) as { version: string };
    expect([VERSION, agent('--version').stdout.trim()]).toEqual([version, version]);
  });

  it.each([
    [['frobnicate'], 'There is no command frobnicate'],
    [['check', '--policy', '/no/such/file.yaml'], 'cannot be read'],
    [['check', '--data', '/no/such/folder'], 'No policy is in force'],
    [['check', '--colour'], '--colour'],
    [['enrol', '--token', 'x'], '--server URL is missing'],
    [['enrol', '--server', 'https://a.example'], '--token TOKEN is missing'],
    [['enrol', '--server', 'http://a.example', '--token', 'x'], 'must begin with https://'],
    [['enrol', '--server', 'https://a.example', '--token', 'x'], 'not complete'],
    [['collected', '--data', '/no/such/folder'], 'Nothing has been collected'],
    [['release'], 'CODE is missing'],
    [['release', 'ABCDE-1234'], 'not of the form of a code'],
    [['release', 'ABCDE-12345', '--data', '/no/such/folder'], 'Call ICT'],
  ])('refuses %j with exit code 2 and words that help', (args, words) => {
    const { status, stderr } = agent(...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });

  it('names each error of a bad policy with its place', () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'beadlePolicy: 1\ntitle: T\nmood: bad\n');
    const { status, stderr } = agent('check', '--policy', file);
    expect(status).toBe(2);
    expect(stderr).toContain(`${file}:3:1: mood: expected no key "mood"`);
  });

  it('says that a device is not enrolled, for people and for programs', () => {
    expect(agent('status', '--data', folder)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('not enrolled'),
    });
    expect(JSON.parse(agent('status', '--json', '--data', folder).stdout)).toEqual({ enrolled: false });
  });

  it.skipIf(process.getuid?.() === 0 && !existsSync('/usr/bin/setpriv'))(
    'lets the holder see what was collected, while the service runs and while it does not, and never the key',
    () => {
      const data = join(folder, 'holder');
      const { sql } = openStore(data, Date.now());
      const serverKey = publicJwkOf(makeDeviceKey());
      const about = {
        device: 'd',
        assetTag: 'DBC-1',
        generation: 1,
        organisation: 'Council',
        server: 'http://127.0.0.1:1',
      };
      saveIdentity(data, makeDeviceKey(), { ...about, serverKey, protocol: 1, enrolledAt: '2026-11-23T09:00:00.000Z' });
      chmodSync(folder, 0o755);
      expect(asHolder('collected', '--data', data)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('Findings: 0'),
      });
      sql.close();
      expect(asHolder('collected', '--data', data)).toMatchObject({ status: 0 });
      expect(asHolder('status', '--data', data)).toMatchObject({ status: 0, stdout: expect.stringContaining('DBC-1') });
      chmodSync(join(data, 'outbox.db'), 0o600);
      expect(asHolder('collected', '--data', data)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('may not be read by you'),
      });
    },
  );

  it('runs until its input ends where it is told so, as a service of Windows is sent no signal', async () => {
    const { stdin, stderr, ended } = agentAlive('run', '--until-input-ends', '--data', join(folder, 'none'));
    await once(stderr, 'data');
    stdin.end();
    expect(await ended).toBe(0);
  });

  it('stops at a signal although its input goes on', async () => {
    const { stderr, ended, kill } = agentAlive('run', '--until-input-ends', '--data', join(folder, 'none'));
    await once(stderr, 'data');
    kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('lists everything that it may read, each with its reason', () => {
    const sources = JSON.parse(agent('sources', '--json').stdout) as { id: string; why: string; reads: string }[];
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.every(({ id, why, reads }) => id !== '' && why.length > 10 && reads !== '')).toBe(true);
  });
});

const POLICY = join(import.meta.dirname, '../../../../test/recordings/policy.yaml');
const CASES = join(import.meta.dirname, '../../../../test/recordings/linux');

describe('beadle-agent record and check --recording', () => {
  it.skipIf(process.platform !== 'linux')('capture this machine, and judge it again as at that moment', () => {
    const made = join(folder, 'made');
    const recorded = agent('record', made, '--data', join(folder, 'never-enrolled'));
    expect(recorded).toMatchObject({ status: 0, stdout: expect.stringContaining('recorded  linux/os') });
    const { recordedAt } = JSON.parse(readFileSync(join(made, 'recording.json'), 'utf8')) as { recordedAt: string };
    const { status, stdout } = agent('check', '--policy', POLICY, '--recording', made, '--json');
    expect([0, 1]).toContain(status);
    const { observedAt, findings } = JSON.parse(stdout) as { observedAt: string; findings: { rule: string }[] };
    expect(observedAt).toBe(recordedAt);
    expect(findings.map(({ rule }) => rule)).toContain('disks');
    expect(agent('record', made)).toMatchObject({ status: 2, stderr: expect.stringContaining('not an empty folder') });
  });

  it('ends with 1 for a failing device and 0 for one of which nothing fails, in words or as JSON', () => {
    const check = (name: string, ...more: string[]) =>
      agent('check', '--policy', POLICY, '--recording', join(CASES, name), ...more);
    expect(check('laptop-that-does-not')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^fail +1 +disks: \/$/m),
    });
    const json = check('print-cups-down', '--json');
    expect(json.status).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      policy: { title: 'All that recordings can show', version: '1' },
      platform: 'linux',
      observedAt: '2026-11-20T09:00:00Z',
      findings: expect.arrayContaining([
        expect.objectContaining({
          rule: 'printers',
          subject: 'device',
          kind: 'state',
          verdict: 'unknown',
          reason: 'service-down',
        }),
      ]),
    });
  });

  it('end with 2 where there is no recording, or no folder to make one in', () => {
    expect(agent('check', '--policy', POLICY, '--recording', join(folder, 'no-such'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cannot be replayed: recording.json: expected the file'),
    });
    expect(agent('record')).toMatchObject({ status: 2, stderr: expect.stringContaining('DIR is missing') });
  });
});
