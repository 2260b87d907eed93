import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

export interface Program {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

/** Starts one of our programs under the Node that runs this script. */
export const start = ({ args, env = {}, stdio }: Program): ChildProcess =>
  spawn(process.execPath, [...args], { env: { ...process.env, ...env }, stdio });

/** Runs a program to its end; gives its standard output. Throws with its standard error where it fails. */
export async function run(program: Omit<Program, 'stdio'>, input = ''): Promise<string> {
  const child = start({ ...program, stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(texts.stderr.trim() || `${program.args.join(' ')} ended with ${String(code)}`);
  return texts.stdout.trim();
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Asks a program to stop and waits; whoever does not within `withinMs` is killed. */
export async function stop(child: ChildProcess, withinMs: number): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await ended;
  clearTimeout(timer);
}

/** Rejects when the program ends, for whatever reason. */
export async function untilItEnds(child: ChildProcess, name: string, log: string): Promise<never> {
  if (!hasEnded(child)) await once(child, 'exit');
  throw new Error(`The ${name} has stopped (${child.signalCode ?? `exit ${String(child.exitCode)}`}): see ${log}.`);
}
