import type { Environment, Program } from './source.ts';

/** Nothing of the agent's environment reaches a child, and every tool answers in one language. */
const FIXED_ENVIRONMENT = { LC_ALL: 'C', LANG: 'C', LANGUAGE: '', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** What a program sees of `own`, the agent's environment: what it names, and no more. */
export function environmentOf(reads: Pick<Program, 'env' | 'passes'>, own: Environment): Record<string, string> {
  const passed = (reads.passes ?? []).flatMap((name) => {
    const value = own[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...FIXED_ENVIRONMENT, ...reads.env, ...Object.fromEntries(passed) };
}
