import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { packageServer } from '../../scripts/package/server/server.ts';
import { answers, freePort, ROOT, until } from '../support/processes.ts';
import { debianRoot } from './fixtures/debian-root.ts';
import { serverRecipe } from './server/recipe.ts';

const say = (text: string): void => void process.stdout.write(`container: ${text}\n`);
const found = await (whySkipped('buildah', 'iproute2', 'mmdebstrap', 'debian-archive-keyring') ??
  debianRoot(serverRecipe, say));
const why = typeof found === 'string' ? found : 'why' in found ? found.why : undefined;

/** What the Containerfile begins with. A registry cannot be asked for it: it is made of the same packages here. */
const BASE = 'docker.io/library/debian:bookworm-slim';
const PATIENCE_MS = 120_000;

/** Whoever listens at a port: a container of this kind has the machine's own processes. */
function listener(port: number): number {
  const line = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' });
  return Number(/pid=(\d+)/.exec(line)?.[1]);
}

describe.skipIf(why !== undefined)(`the server in a container${why === undefined ? '' : ` (${why})`}`, () => {
  const { system } = found as { readonly system: string };
  let folder: string;
  let container: string;
  let port: number;

  // Nothing of it is in the machine's own storage of images, and no daemon and no kernel feature is needed.
  const given = () => ['--root', join(folder, 'images'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  const buildah = (...args: string[]): string =>
    execFileSync('buildah', [...given(), ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const inContainer = (...command: string[]): string =>
    buildah('run', '--env', `BEADLE_SERVER_PORT=${port}`, container, '--', ...command);

  beforeAll(async () => {
    const from = performance.now();
    folder = mkdtempSync(join(tmpdir(), 'beadle-container-'));
    const dist = join(folder, 'dist');
    mkdirSync(dist);
    await packageServer(dist);
    const base = buildah('from', 'scratch');
    execFileSync('cp', ['--archive', `${system}/.`, buildah('mount', base)]);
    buildah('commit', '--quiet', '--rm', base, BASE);
    buildah('build', '--pull=never', '--tag', 'beadle-server', '--file', join(ROOT, 'deploy/Containerfile'), dist);
    container = buildah('from', '--pull=never', 'beadle-server');
    port = await freePort();
    say(`made in ${Math.round((performance.now() - from) / 1000)} s`);
  }, 600_000);
  afterAll(() => {
    if (container !== undefined) buildah('rm', '--all');
    rmSync(folder, { recursive: true, force: true });
  });

  it('is another user’s than root’s, and holds no key of its own making', () => {
    expect(inContainer('/usr/bin/id', '--user', '--name')).toBe('beadle');
    expect(inContainer('/bin/ls', '-A', '/var/lib/beadle-server-keys', '/tmp')).not.toMatch(/pem|deb/);
  });

  it('serves, says that it is ready, and ends in good order when it is told to', async () => {
    const { config } = (JSON.parse(buildah('inspect', '--type', 'image', 'beadle-server')) as Inspected).OCIv1;
    const serving = [...given(), 'run', '--env', `BEADLE_SERVER_PORT=${port}`, container, '--'];
    const child = spawn('buildah', [...serving, ...config.Entrypoint, ...config.Cmd], { env, stdio: 'inherit' });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    try {
      await until('the server', () => answers(`http://127.0.0.1:${port}/health/ready`), PATIENCE_MS);
      // What its HEALTHCHECK runs.
      expect(inContainer('/usr/bin/beadle-server', 'ready')).toContain('ready');
      const args = ['token', 'create', '--role', 'administrator', '--name', 'first', '--expires', '1d'];
      expect(inContainer('/usr/bin/beadle-server', ...args)).toMatch(/\S{20,}/);
      process.kill(listener(port), 'SIGTERM');
      expect((await ended)[0]).toBe(0);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  });
});

interface Inspected {
  readonly OCIv1: { readonly config: { readonly Entrypoint: readonly string[]; readonly Cmd: readonly string[] } };
}
