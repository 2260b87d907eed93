import { isAbsolute } from 'node:path';
import { type Request, unreadable } from './host.ts';
import type { CommandSource, ScriptPiece, ScriptRunner, Source, StreamSource } from './source.ts';

export const NOT_LISTED = unreadable('access-denied', 'not in the list of sources');

export interface Program {
  readonly files: readonly string[];
  readonly args: readonly string[];
}

/**
 * What `source` runs, if it is one of the sources the agent was built with (invariant 6): the very object, so that
 * nobody can present another command under a listed id. Undefined is a refusal.
 */
export function programOf(
  allowed: readonly Source[],
  source: Source,
  reads: CommandSource | StreamSource,
  parameter: string | undefined,
): Program | undefined {
  if (!allowed.includes(source) || source.reads !== reads) return undefined;
  if (reads.files.length === 0 || !reads.files.every((file) => isAbsolute(file))) return undefined;
  if (parameter === undefined) return { files: reads.files, args: reads.args };
  const free = reads.kind === 'command' ? reads.parameter : undefined;
  if (free === undefined || parameter.match(free.pattern)?.[0] !== parameter) return undefined;
  return { files: reads.files, args: [...reads.args, `${free.prefix}${parameter}`] };
}

/** What `runner` may be asked for these requests: each must be listed, and of that runner. Undefined is a refusal. */
export function piecesOf(
  allowed: readonly Source[],
  runner: ScriptRunner,
  requests: readonly Request[],
): readonly ScriptPiece[] | undefined {
  if (runner.files.length === 0 || !runner.files.every((file) => isAbsolute(file))) return undefined;
  const pieces = requests.map(({ source, parameter }): ScriptPiece | undefined => {
    const { reads } = source;
    if (!allowed.includes(source) || reads.kind !== 'script' || reads.runner !== runner) return undefined;
    const fits = parameter === undefined || (reads.parameter && parameter.match(reads.parameter)?.[0] === parameter);
    return fits ? { id: source.id, text: reads.text, parameter, timeLimitMs: source.timeLimitMs } : undefined;
  });
  return pieces.every((piece) => piece !== undefined) ? pieces : undefined;
}
