import { type ClauseCoverage, coverageOfPolicy } from '@beadle/shared';
import { type CommandIo, print, table } from './io.ts';
import { readPolicyFile } from './policy-file.ts';

export function policyValidate(file: string, io: CommandIo): number {
  const policy = readPolicyFile(file, io)?.document;
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
  const policy = readPolicyFile(file, io)?.document;
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
