import { type ClauseCoverage, coverageOfPolicy, HOW_KEPT, type HowKept } from '@beadle/shared';
import { type CommandIo, print, table } from './io.ts';
import { readPolicyFile } from './policy-file.ts';

export function policyValidate(file: string, io: CommandIo): number {
  const policy = readPolicyFile(file, io)?.document;
  if (policy === undefined) return 2;
  print(io.stdout, `${file}: ${policy.title}, version ${policy.version}: ${policy.rules.length} rules, no errors.`);
  return 0;
}

const HOW: Readonly<Record<HowKept, string>> = {
  kept: 'kept by rules',
  'kept-in-part': 'kept in part',
  off: 'switched off',
  record: 'by records',
  response: 'by response',
  procedure: 'by procedure only',
  later: 'not yet',
};

/** How many clauses are kept in each way that there is. */
const countsOf = (clauses: readonly ClauseCoverage[]) =>
  HOW_KEPT.map((how) => [how, clauses.filter((clause) => clause.how === how).length] as const).filter(
    ([, count]) => count > 0,
  );

/** What a table has no room for: which part of a clause is open, and what will serve it. */
function notesOf(clauses: readonly ClauseCoverage[]): string[] {
  const noted = clauses.flatMap(({ clause, how, note }) => (note === null ? [] : [[clause, HOW[how], note]]));
  return noted.length === 0 ? [] : ['', ...table([['CLAUSE', 'HOW', 'NOTE'], ...noted])];
}

/** Accounts for every clause of a policy file, once each; with `json` as one object. */
export function policyCoverage(file: string, io: CommandIo, { json }: { readonly json?: boolean | undefined }): number {
  const policy = readPolicyFile(file, io)?.document;
  if (policy === undefined) return 2;
  const clauses = coverageOfPolicy(policy);
  const { title, version } = policy;
  if (json === true) {
    print(io.stdout, JSON.stringify({ title, version, counts: Object.fromEntries(countsOf(clauses)), clauses }));
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
    `${title}, version ${version}`,
    `${clauses.length} clauses: ${countsOf(clauses)
      .map(([how, count]) => `${count} ${HOW[how]}`)
      .join(', ')}.`,
    '',
    ...table([['CLAUSE', 'HOW', 'RULES', 'SAYS'], ...rows]),
    ...notesOf(clauses),
  );
  return 0;
}
