import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const entry = join(import.meta.dirname, '../../src/main.ts');
let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-serve-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function start(port: number, environment: Record<string, string> = {}) {
  const env = { ...process.env, BEADLE_SERVER_PORT: String(port), ...environment };
  const child = spawn(process.execPath, [entry, 'serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  const exit = once(child, 'close').then(([code]: unknown[]) => code);
  const says = async (words: string) => {
    while (!texts.err.includes(words)) await once(child.stderr, 'data');
  };
  return { child, texts, exit, says };
}

describe('serve', () => {
  it('answers until it is told to stop, twice by its group, and says nothing on standard output', async () => {
    const port = await freePort();
    const server = start(port);
    await server.says('"serving"');
    expect(await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()).toEqual({ status: 'ready' });
    server.child.kill('SIGTERM');
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(server.texts.out).toBe('');
    for (const path of ['data/server/beadle.db', 'data/server-keys/server-key.pem']) {
      expect(statSync(join(folder, path)).mode & 0o077).toBe(0);
    }
  });

  it('carries on with the same key and data after it was killed', async () => {
    const port = await freePort();
    const first = start(port);
    await first.says('"serving"');
    first.child.kill('SIGKILL');
    await first.exit;
    const key = readFileSync(join(folder, 'data/server-keys/server-key.pem'));
    const second = start(port);
    await second.says('"serving"');
    second.child.kill('SIGINT');
    expect(await second.exit).toBe(0);
    expect(readFileSync(join(folder, 'data/server-keys/server-key.pem'))).toEqual(key);
  });

  it('logs to a file where it is told to', async () => {
    const server = start(await freePort(), { BEADLE_SERVER_LOG_FILE: 'logs/server.log' });
    const file = join(folder, 'logs/server.log');
    while (!existsSync(file) || !readFileSync(file, 'utf8').includes('"serving"'))
      await new Promise((done) => setTimeout(done, 50));
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(server.texts.err).toBe('');
  });

  it('says that the port is taken, and by which setting another is chosen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const server = start(port);
    expect(await server.exit).toBe(1);
    expect(server.texts.err).toContain(
      `beadle-server: 127.0.0.1:${port} is used by another program: stop that, or set BEADLE_SERVER_PORT to a free port.\n`,
    );
    other.close();
  });

  it('leaves a folder alone that another server uses', async () => {
    const first = start(await freePort());
    await first.says('"serving"');
    const second = start(await freePort());
    expect(await second.exit).toBe(1);
    expect(second.texts.err).toMatch(/^beadle-server: Another server uses .+ already/);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
  });
});
