import { join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../errors.ts';

/** One command of `beadle-agent`; `run` answers with the exit code. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Everything behind the name in the usage line. */
  readonly synopsis: string;
  /** More lines for `--help`. */
  readonly details: readonly string[];
  run(args: readonly string[]): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Where the agent keeps its data unless `--data` says otherwise. */
export function defaultDataFolder(): string {
  if (process.platform === 'win32') return join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Beadle');
  return process.platform === 'darwin' ? '/Library/Application Support/Beadle' : '/var/lib/beadle';
}

/** Reads options strictly; what is wrong with them is a `UsageError` in plain words. */
export function readOptions<T extends Options>(args: readonly string[], options: T, positionals = 0) {
  try {
    const parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: positionals > 0 });
    if (parsed.positionals.length > positionals)
      throw new UsageError(`There is nothing to do with ${String(parsed.positionals[positionals])}.`);
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export const DATA_OPTION = { data: { type: 'string' } } as const;
export const dataFolder = (values: { data?: string | undefined }): string => values.data ?? defaultDataFolder();

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const printJson = (value: unknown): void => say(JSON.stringify(value, null, 2));
