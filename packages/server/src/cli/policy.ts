import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ClauseCoverage, coverageOfPolicy, type PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { codeOf, StartError } from '../errors.ts';
import { type CommandIo, print, table } from './io.ts';

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

/** The policy of a file; undefined where it has errors, which have been printed, one a line. */
function read(file: string, io: CommandIo): PolicyDocument | undefined {
  const reading = readPolicy(textOf(file, io));
  if (reading.ok) return reading.policy;
  const lines = reading.errors.map(
    ({ line, column, path, expected }) => `${file}:${line}:${column}: ${path}: expected ${expected}`,
  );
  print(io.stderr, ...lines);
  return undefined;
}

export function policyValidate(file: string, io: CommandIo): number {
  const policy = read(file, io);
  if (policy === undefined) return 2;
  print(io.stdout, `${file}: ${policy.title}, version ${policy.version}: ${policy.rules.length} rules, no errors.`);
  return 0;
}

const HOW: Readonly<Record<ClauseCoverage['how'], string>> = {
  kept: 'kept by rules',
  'kept-in-part': 'kept in part',
  off: 'switched off',
  record: 'by records',
  response: 'by response',
  procedure: 'by procedure only',
  later: 'not yet',
};

export function policyCoverage(file: string, io: CommandIo, { json }: { readonly json?: boolean | undefined }): number {
  const policy = read(file, io);
  if (policy === undefined) return 2;
  const clauses = coverageOfPolicy(policy);
  if (json === true) {
    print(io.stdout, JSON.stringify({ title: policy.title, version: policy.version, clauses }));
    return 0;
  }
  const rows = clauses.map(({ clause, how, rules, says }) => [
    clause,
    HOW[how],
    rules.map(({ id, mode }) => `${id} (${mode})`).join(', '),
    says,
  ]);
  print(
    io.stdout,
    `${policy.title}, version ${policy.version}`,
    '',
    ...table([['CLAUSE', 'HOW', 'RULES', 'SAYS'], ...rows]),
  );
  return 0;
}
