import type { Readable, Writable } from 'node:stream';
import type { Clock, Random } from '@beadle/shared';
import { readSettings, type Settings } from '../settings.ts';

/** What a command takes from the process and gives it, so that one can be run without a process of its own. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  /** Who runs the command, for the audit log. */
  readonly user: string;
  readonly clock: Clock;
  readonly random: Random;
}

export const print = (stream: Writable, ...lines: readonly string[]): void => {
  stream.write(lines.map((line) => `${line}\n`).join(''));
};

export const settingsFrom = (io: CommandIo, options: { readonly config?: string | undefined }): Settings =>
  readSettings({ file: options.config, environment: io.environment, workingFolder: io.workingFolder });

/** Columns as wide as their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
