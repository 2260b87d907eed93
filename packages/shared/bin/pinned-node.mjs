import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The first Node that runs the TypeScript sources as they are, and has all that they use.
const oldestMajor = 26;
const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const binary = join('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The path of the Node that package-lock.json pins, looked for from `folder` upwards; undefined where it is not installed. */
export function findPinnedNode(folder) {
  const candidate = join(folder, binary);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? undefined : findPinnedNode(parent);
}

/**
 * Runs a command to its end, passing on the signals that ask this process to stop, and resolves to its exit code:
 * 128 + n where signal n ended it. Rejects where the command cannot be started.
 */
export function runToEnd(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of forwarded) process.on(signal, forward);
    const finish = (settle, value) => {
      for (const signal of forwarded) process.off(signal, forward);
      settle(value);
    };
    child.once('error', (error) => finish(reject, error));
    child.once('exit', (code, signal) => finish(resolve, signal ? 128 + constants.signals[signal] : code));
  });
}

/** Runs a TypeScript entry with the arguments of this process: in this process where its Node can, else under the pinned one. */
export async function launch(entry) {
  if (process.env.npm_lifecycle_event === 'npx') stopWithParent();
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) await import(entry.href);
  else process.exitCode = await runUnderPinnedNode(fileURLToPath(entry));
}

// npx puts a shell in between, which dies of a SIGTERM without passing it on: the program would run on unseen.
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

async function runUnderPinnedNode(file) {
  const node = findPinnedNode(dirname(file));
  if (node) return runToEnd(node, [file, ...process.argv.slice(2)]);
  const needed = `This needs Node ${oldestMajor} or later, and runs under ${process.version}.`;
  console.error(`${needed} Run \`npm ci\` in the checkout: it installs the right one there.`);
  return 1;
}
