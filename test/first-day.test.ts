import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Spawned, spawnNode, until } from './support/processes.ts';

/** `npm start` on this machine: its own disk, checked against the Dacorum policy. */
const READY = /^Beadle is ready: (http:\/\/127\.0\.0\.1:\d+) sign in at (http:\/\/127\.0\.0\.1:\d+\/sign-in\/\S+)$/gm;

let folder: string;
let port: number;

interface Checked {
  readonly findings: readonly { readonly rule: string; readonly verdict: string }[];
}
interface Breaches {
  readonly items: readonly {
    readonly ref: string;
    readonly rule: string;
    readonly status: string;
    readonly count: number;
  }[];
}

async function isUnencrypted(): Promise<boolean> {
  const { ended, output } = spawnNode([
    'packages/agent/src/main.ts',
    'check',
    '--policy',
    'policies/dacorum.yaml',
    '--json',
    '--data',
    join(folder, 'none'),
  ]);
  await ended;
  const { findings } = JSON.parse(output().stdout) as Checked;
  return findings.some(({ rule, verdict }) => rule === 'laptop-encryption' && verdict === 'fail');
}

async function startBeadle(): Promise<{ started: Spawned; origin: string; signIn: string }> {
  const started = spawnNode(['scripts/start.ts'], { BEADLE_DATA: join(folder, 'data'), BEADLE_PORT: String(port) });
  await until(
    'the line "Beadle is ready"',
    () => [...started.output().stdout.matchAll(READY)].length > 0 || started.child.exitCode !== null,
    60_000,
  );
  const lines = [...started.output().stdout.matchAll(READY)];
  if (lines.length !== 1) throw new Error(`not one line "Beadle is ready": ${started.output().stderr}`);
  const [, origin = '', signIn = ''] = lines[0] ?? [];
  return { started, origin, signIn };
}

async function stopBeadle({ child, ended }: Spawned): Promise<number> {
  child.kill('SIGTERM');
  return ended;
}

async function ask<T>(origin: string, path: string): Promise<T> {
  const token = readFileSync(join(folder, 'data/admin-token'), 'utf8').trim();
  const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as T;
}

const mail = () =>
  readdirSync(join(folder, 'data'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.eml'));
const encryption = async (origin: string) =>
  (await ask<Breaches>(origin, '/api/v1/breaches')).items.filter(({ rule }) => rule === 'laptop-encryption');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-first-day-'));
  port = await freePort();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm start on a bare machine', () => {
  it('makes an unencrypted disk one open breach with a mail and a report, and one it stays after a restart', async (context) => {
    context.skip(!(await isUnencrypted()), 'the disk of this machine is encrypted');
    const first = await startBeadle();
    await until('the breach', async () => (await encryption(first.origin)).length > 0, 40_000);
    await until('the mail', () => mail().length > 0, 40_000);
    const [breach] = await encryption(first.origin);
    expect(breach).toMatchObject({ ref: 'BR-2026-000001', status: 'suspected', count: 1 });
    expect(statSync(join(folder, 'data/admin-token')).mode & 0o777).toBe(0o600);

    const signedIn = await fetch(first.signIn, { redirect: 'manual' });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const report = await fetch(`${first.origin}/breaches/${breach?.ref}/report`, { headers: { cookie } });
    expect(report.status).toBe(200);
    expect(await report.text()).toContain('must be encrypted');
    expect(await stopBeadle(first.started)).toBe(0);

    const second = await startBeadle();
    await until(
      'a check-in after the restart',
      async () =>
        (await ask<{ items: unknown[] }>(second.origin, '/api/v1/findings?rule=laptop-encryption')).items.length > 0,
    );
    expect(await encryption(second.origin)).toMatchObject([{ ref: 'BR-2026-000001', count: 1 }]);
    expect((await fetch(first.signIn, { redirect: 'manual' })).headers.get('set-cookie') ?? '').not.toMatch(
      /session=[^;]{20}/,
    );
    expect(await stopBeadle(second.started)).toBe(0);
    expect(mail()).toHaveLength(1);
  });

  it('says what to write instead of a setting that makes no sense', async () => {
    const { ended, output } = spawnNode(['scripts/start.ts'], {
      BEADLE_PORT: 'eighty',
      BEADLE_DATA: join(folder, 'other'),
    });
    expect(await ended).toBe(1);
    expect(output().stderr).toContain('BEADLE_PORT must be a port number');
  });
});
