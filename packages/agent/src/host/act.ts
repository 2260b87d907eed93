import { isAbsolute } from 'node:path';
import { constants, open } from 'node:fs/promises';
import type { Platform, SourceResult } from './host.ts';
import { reasonOf, unreadable } from './host.ts';
import type { Program, ProbeSource } from './source.ts';

/**
 * One thing that the agent may change on the device to carry an order out, or look at to see what came of it. The lists
 * in `restrictions/` are all of them (invariant 6), and stand in `beadle-agent sources` beside what is read.
 */
export interface Act {
  /** Such as `linux/cut-network`; ids of acts and of sources are different ones. */
  readonly id: string;
  readonly platform: Platform;
  /** Whether it changes something, or only looks at what was changed. */
  readonly kind: 'acts' | 'looks';
  readonly does: CommandAct | FileAct | ProbeSource;
  readonly timeLimitMs: number;
  readonly outputLimitBytes: number;
  /** In plain words, for the person whose device it is. */
  readonly why: string;
}

/** A program whose free arguments, in their places, are each wholly of one form. */
export interface CommandAct extends Omit<Program, 'args'> {
  readonly kind: 'command';
  readonly args: readonly (string | RegExp)[];
  /** What is given on standard input, in words, where anything is. */
  readonly input?: string;
  /** The file that the program is told to run: only as it was when the agent was built, but for a signature at its end. */
  readonly script?: { readonly folder: string; readonly name: string; readonly digest: string };
}

/** A file of the kernel's that is written to, never made: the first parameter is its path, the second the value. */
export interface FileAct {
  readonly kind: 'file';
  readonly path: RegExp;
  readonly value: RegExp;
  /** In words, for `beadle-agent sources`. */
  readonly what: string;
}

export interface Given {
  /** The values of the free arguments, in their order. */
  readonly parameters?: readonly string[];
  readonly input?: string;
}

const isWhole = (form: RegExp, value: string | undefined): value is string =>
  value !== undefined && value.match(form)?.[0] === value;

/** The arguments with the free ones filled in; undefined where one is not of its form, or there are more or fewer. */
export function argumentsOf(args: CommandAct['args'], parameters: readonly string[]): readonly string[] | undefined {
  const rest = [...parameters];
  const filled = args.map((arg) => {
    if (typeof arg === 'string') return arg;
    const value = rest.shift();
    return isWhole(arg, value) ? value : undefined;
  });
  return rest.length === 0 && filled.every((arg) => arg !== undefined) ? filled : undefined;
}

/** What `act` runs, if it is one of those that the agent was built with and is given what it takes. */
export function programOfAct(
  allowed: readonly Act[],
  act: Act,
  { parameters = [], input }: Given,
): { readonly files: readonly string[]; readonly args: readonly string[] } | undefined {
  const { does } = act;
  if (!allowed.includes(act) || does.kind !== 'command' || !does.files.every((file) => isAbsolute(file)))
    return undefined;
  const args = argumentsOf(does.args, parameters);
  if (args === undefined || (input !== undefined) !== (does.input !== undefined)) return undefined;
  return { files: does.files, args };
}

/** Writes one value to one file that is there, and may be one that cannot be read; nothing is made, and nothing is cut off. */
export async function writeFileAct(does: FileAct, { parameters = [] }: Given): Promise<SourceResult> {
  const [path, value, ...more] = parameters;
  if (!isWhole(does.path, path) || !isWhole(does.value, value) || more.length > 0)
    return unreadable('access-denied', 'not of the form');
  try {
    const file = await open(path, constants.O_WRONLY);
    try {
      await file.writeFile(value);
    } finally {
      await file.close();
    }
    return { kind: 'output', exitCode: 0, stdout: '', stderr: '' };
  } catch (error) {
    const reason = reasonOf(error, 'source-failed');
    return unreadable(
      reason === 'tool-missing' ? 'source-missing' : reason,
      error instanceof Error ? error.message : '',
    );
  }
}
