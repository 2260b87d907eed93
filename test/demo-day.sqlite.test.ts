import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Spawned, spawnNode, until } from './support/processes.ts';

const READY = /^Beadle is ready: \S+ sign in at (\S+)$/m;

describe('npm run demo, in small', () => {
  let folder: string;
  let port: number;
  let running: Spawned | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-demo-day-'));
    port = await freePort();
  });
  afterAll(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Until it says where to sign in; gives that address and all that it has said. */
  async function start(): Promise<{ signIn: string; said: string }> {
    const started = spawnNode(['scripts/demo.ts', '--devices', '12', '--weeks', '6'], {
      BEADLE_DATA: join(folder, 'data'),
      BEADLE_PORT: String(port),
    });
    running = started;
    const isReady = () => READY.test(started.output().stdout);
    await until('the line "Beadle is ready"', () => isReady() || started.child.exitCode !== null, 110_000);
    const said = started.output().stdout;
    const [, signIn] = READY.exec(said) ?? [];
    if (signIn === undefined) throw new Error(`it ended: ${started.output().stderr}`);
    return { signIn, said };
  }

  async function overview(signIn: string): Promise<string> {
    const signedIn = await fetch(signIn, { redirect: 'manual' });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    return (await fetch(new URL('/', signIn), { headers: { cookie } })).text();
  }

  it('invents a council once, serves it beside this machine, and goes on with it', async () => {
    const first = await start();
    expect(first.said).toMatch(/^Inventing 12 devices and 6 weeks of history/);
    const page = await overview(first.signIn);
    expect(page).toContain('Hartsmere District Council');
    expect(page).toContain('A demonstration: this council, its people and its devices are invented');
    expect(page).toContain('of 13 registered never enrolled');
    running?.child.kill('SIGTERM');
    expect(await running?.ended).toBe(0);
    expect(existsSync(join(folder, 'data.filling'))).toBe(false);
    const again = await start();
    expect(again.said).toMatch(/^Going on with the council in/);
    expect(await overview(again.signIn)).toContain('of 13 registered never enrolled');
  }, 170_000);

  it('tells its options', async () => {
    const { ended, output } = spawnNode(['scripts/demo.ts', '--help']);
    expect(await ended).toBe(0);
    expect(output().stdout).toContain('--devices N');
  });

  it('leaves a folder alone that holds something else', async () => {
    const { ended, output } = spawnNode(['scripts/demo.ts'], { BEADLE_DATA: folder, BEADLE_PORT: String(port) });
    expect(await ended).toBe(1);
    expect(output().stderr).toContain('holds something else than a demo');
  });
});
