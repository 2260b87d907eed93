import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A port of the loopback address that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Spawned {
  readonly child: ChildProcess;
  readonly output: () => { stdout: string; stderr: string };
  readonly ended: Promise<number>;
}

/** One of our programs under the pinned Node; its output is kept. */
export function spawnNode(args: readonly string[], env: Record<string, string> = {}): Spawned {
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'beadle-test-compile-cache'), ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => (code as number | null) ?? -1);
  return { child, output: () => texts, ended };
}

/** Waits for a condition that nothing announces, such as another process being ready. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`${what} did not come within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );
