import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { importFromPaper, type UnderstoodLine } from '../authorisations/import.ts';
import { answerOf } from '../authorisations/import-routes.ts';
import { PAPER_COLUMNS } from '../authorisations/paper-columns.ts';
import type { Db } from '../db/database.ts';
import { codeOf, StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { importDirectory } from '../registers/directory/import.ts';
import { columnWords, IMPORT_LIMIT_BYTES, runImport, tooManyGone } from '../registers/import-routes.ts';
import type { CsvProblem } from '../registers/csv.ts';
import { type RegisterName, REGISTERS } from '../registers/register.ts';
import { type Outcome, registers } from '../registers/run.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';

export interface ImportFlags {
  readonly dryRun?: boolean;
  readonly whole?: boolean;
  readonly evenMany?: boolean;
}

const contextOf = (io: CommandIo) => ({
  organisation: ORGANISATION,
  at: io.clock.now(),
  by: `cli:${io.user}`,
  random: io.random,
});

const SHOWN = 20;
/** A long list is cut short, with how many more there are. */
const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [
        `${title}:`,
        ...lines.slice(0, SHOWN).map((line) => `  ${line}`),
        ...(lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : []),
      ];

/** Says what was done, or would be; 0, or 1 where too many would go. */
function tell(io: CommandIo, outcome: Exclude<Outcome, { kind: 'refused' }>): number {
  if (outcome.kind === 'too-many-gone') throw new StartError(`${tooManyGone(outcome)}, or add --even-many.`);
  const { added, changed, left, gone } = outcome.plan;
  print(
    io.stdout,
    ...listed(
      outcome.dryRun ? 'Would be added' : 'Added',
      added.map(({ key }) => key),
    ),
    ...listed(
      outcome.dryRun ? 'Would be changed' : 'Changed',
      changed.map(({ key, columns }) => `${key} (${columns.map(columnWords).join(', ')})`),
    ),
    ...listed(
      outcome.dryRun ? 'Changed by hand, and would be taken back' : 'Changed by hand, and taken back',
      outcome.overruled.map(({ key, columns, by }) => `${key} (${columns.join(', ')}; by ${by.join(', ')})`),
    ),
    ...listed(outcome.dryRun ? 'Would be gone' : 'Gone', gone),
    `${outcome.dryRun ? 'Dry run, nothing was changed: ' : ''}${added.length} added, ${changed.length} changed, ${left} left as they are, ${gone.length} gone.`,
  );
  return 0;
}

function bytesOf(file: string, io: CommandIo): Uint8Array {
  const bytes = readBytes(file, io);
  if (bytes.length <= IMPORT_LIMIT_BYTES) return bytes;
  throw new StartError(`${file}: expected at most ${IMPORT_LIMIT_BYTES} bytes.`, { exitCode: 2 });
}

function readBytes(file: string, io: CommandIo): Uint8Array {
  try {
    return readFileSync(resolve(io.workingFolder, file));
  } catch (cause) {
    const words = `${file}: expected a file that can be read (${codeOf(cause) ?? 'it cannot'}).`;
    throw new StartError(words, { exitCode: 2, cause });
  }
}

async function importFile(
  db: Db,
  io: CommandIo,
  name: RegisterName,
  file: string,
  flags: ImportFlags,
): Promise<number> {
  const bytes = bytesOf(file, io);
  const { dryRun = false, whole = false, evenMany = false } = flags;
  const outcome = await runImport(
    { db },
    name,
    bytes,
    { ...contextOf(io), source: 'csv' },
    { dryRun, whole, evenMany },
  );
  if (outcome.kind !== 'refused') return tell(io, outcome);
  return refuseFile(io, file, outcome.problems);
}

function refuseFile(io: CommandIo, file: string, problems: readonly CsvProblem[]): number {
  print(
    io.stderr,
    ...problems.map((one) => `${file}:${one.line}:${one.column}: ${one.name}: expected ${one.expected}`),
  );
  return 2;
}

async function fromDirectory(db: Db, io: CommandIo, { directory }: Settings, flags: ImportFlags): Promise<number> {
  if (directory === null)
    throw new StartError('No directory is set: write directory.url and its settings into beadle-server.yaml.', {
      exitCode: 2,
    });
  const { dryRun = false, evenMany = false } = flags;
  const options = { dryRun, evenMany, signal: AbortSignal.timeout(10 * 60_000) };
  return tell(io, await importDirectory({ db, directory }, contextOf(io), options));
}

/** Says what was understood of each line, and what was kept or would be. */
async function approvalsFile(db: Db, io: CommandIo, settings: Settings, file: string, flags: ImportFlags) {
  const caller = { organisation: ORGANISATION, role: 'administrator', name: `cli:${io.user}`, via: 'session' } as const;
  const given = { db, now: io.clock.now(), random: io.random, origin: settings.origin };
  const outcome = await importFromPaper(caller, bytesOf(file, io), flags.dryRun === true, given);
  if (outcome.kind === 'refused') return refuseFile(io, file, outcome.problems);
  const words = ({ line, kind, subject, devices, approver, role, from, to, known }: UnderstoodLine) =>
    `${file}:${line}: ${kind} for ${subject}, ${from} to ${to}, approved by ${approver} (${role})${known ? ': there already' : `: concerns ${devices} devices`}`;
  const { counts } = answerOf(outcome);
  const undone = outcome.dryRun ? 'Dry run, nothing was changed: ' : '';
  print(io.stdout, ...outcome.lines.map(words), `${undone}${counts.added} added, ${counts.known} there already.`);
  return 0;
}

type OnDatabase = (work: (db: Db, settings: Settings) => Promise<number>) => Promise<void>;

const DRY_RUN = ['--dry-run', 'say what would be added, changed, left and gone, and do nothing'] as const;
const EVEN_MANY = ['--even-many', 'go on though more than 20 % would go'] as const;

/** `import people|devices|sticks|printers|authorisations FILE` and `import directory`. */
export function addImports(program: Command, run: OnDatabase, io: CommandIo): void {
  const group = program
    .command('import')
    .description(
      'lists that the council keeps; exit 0 done, 1 refused as a whole, 2 a file with errors: FILE:LINE:COLUMN',
    );
  for (const name of REGISTERS) {
    const columns = registers[name].columns.map((column) => `${column.name}${column.needed ? '' : '?'}`).join(', ');
    const command = group
      .command(`${name} <FILE>`)
      .description(`from CSV in UTF-8, all of it or nothing; columns (?: may be left out): ${columns}`)
      .option(...DRY_RUN);
    if (name !== 'devices')
      command.option('--whole', 'the file is the whole list: what it does not have goes').option(...EVEN_MANY);
    command.action((file: string, flags: ImportFlags) => run((db) => importFile(db, io, name, file, flags)));
  }
  const columns = PAPER_COLUMNS.map((column) => `${column.name}${column.needed ? '' : '?'}`).join(', ');
  group
    .command('authorisations <FILE>')
    .description(
      `approvals on paper, from CSV in UTF-8, all of it or nothing; columns (?: may be left out): ${columns}`,
    )
    .option('--dry-run', 'say what was understood, and keep nothing')
    .action((file: string, flags: ImportFlags) => run((db, settings) => approvalsFile(db, io, settings, file, flags)));
  group
    .command('directory')
    .description('people and groups from the directory of the settings, over LDAP')
    .option(...DRY_RUN)
    .option(...EVEN_MANY)
    .action((flags: ImportFlags) => run((db, settings) => fromDirectory(db, io, settings, flags)));
}
