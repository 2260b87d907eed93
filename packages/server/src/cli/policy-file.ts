import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { codeOf, StartError } from '../errors.ts';
import { type CommandIo, print } from './io.ts';

function textOf(file: string, io: CommandIo): string {
  try {
    return readFileSync(resolve(io.workingFolder, file), 'utf8');
  } catch (cause) {
    throw new StartError(`${file}: expected a file that can be read (${codeOf(cause) ?? 'it cannot'}).`, {
      exitCode: 2,
      cause,
    });
  }
}

export interface PolicyFile {
  readonly document: PolicyDocument;
  /** The file's text. */
  readonly source: string;
}

/** The policy of a file; undefined where it has errors, which have been printed, one a line. */
export function readPolicyFile(file: string, io: CommandIo): PolicyFile | undefined {
  const source = textOf(file, io);
  const reading = readPolicy(source);
  if (reading.ok) return { document: reading.policy, source };
  const lines = reading.errors.map(
    ({ line, column, path, expected }) => `${file}:${line}:${column}: ${path}: expected ${expected}`,
  );
  print(io.stderr, ...lines);
  return undefined;
}
