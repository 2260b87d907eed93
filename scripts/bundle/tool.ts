import { spawnSync } from 'node:child_process';

interface Given {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end; gives what it printed. Throws with what it complained of where it fails or is missing. */
export function runTool(program: string, args: readonly string[], { cwd, env }: Given = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  throw new Error(`${program} failed: ${error?.message ?? stderr.trim()}`);
}
