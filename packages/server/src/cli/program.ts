import { Command, CommanderError } from 'commander';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { addAudit } from './audit.ts';
import { backup, type CopyOptions, restore } from './backup.ts';
import { addConnectors } from './connectors.ts';
import { addEvidence } from './evidence.ts';
import { explain } from './explain.ts';
import { addImports } from './import.ts';
import { type CommandIo, print, settingsFrom } from './io.ts';
import { addKeys } from './keys.ts';
import { migrateFrom } from './migrate-from.ts';
import { addNotify } from './notify-test.ts';
import { openMigrated, requireDatabase, withDatabase } from './open.ts';
import { addOrganisations } from './organisations.ts';
import { addPerson } from './person.ts';
import { policyCoverage, policyValidate } from './policy.ts';
import { type BaselineOptions, policyBaseline } from './policy-baseline.ts';
import { policyPreview } from './policy-preview.ts';
import { addPeople } from './people.ts';
import { addReady } from './ready.ts';
import { referencesSkip } from './references.ts';
import { serve } from './serve.ts';

type Run = (exitCode: number) => void;

/** The commands that need the settings and say what is wrong with the machine in one line. */
function settled(program: Command, io: CommandIo, done: Run) {
  return async (work: (settings: Settings) => Promise<number>): Promise<void> => {
    const settings = settingsFrom(io, program.opts<{ config?: string }>());
    try {
      done(await work(settings));
    } catch (error) {
      throw explain(error, settings) ?? error;
    }
  };
}

type Settled = ReturnType<typeof settled>;

async function onExisting(
  settings: Settings,
  io: CommandIo,
  work: (db: Db, settings: Settings) => Promise<number>,
): Promise<number> {
  requireDatabase(settings);
  return withDatabase(settings, io, ({ db }) => work(db, settings));
}

function addServing(program: Command, run: Settled, io: CommandIo): void {
  program
    .command('serve')
    .description('run the server until SIGTERM or SIGINT')
    .action(() => run((settings) => serve(settings, io)));
  program
    .command('migrate')
    .description('bring the database up to date, making it where there is none')
    .option(
      '--from <FOLDER>',
      'carry a SQLite database over into PostgreSQL, which must be empty; only reads the folder',
    )
    .action((options: { from?: string }) =>
      run((settings) => (options.from === undefined ? bringUp(settings, io) : migrateFrom(settings, io, options.from))),
    );
}

async function bringUp(settings: Settings, io: CommandIo): Promise<number> {
  const { database, migrated } = await openMigrated(settings, io);
  await database.close();
  print(io.stdout, migrated.length === 0 ? 'The database is up to date.' : `Applied ${migrated.join(', ')}.`);
  return 0;
}

function addPolicyOnFleet(policy: Command, run: Settled, io: CommandIo): void {
  policy
    .command('preview <FILE>')
    .description(
      'what a policy would change on the devices of the database: exit 0 nothing, 1 something, 2 a bad policy',
    )
    .option('--json', 'as JSON')
    .action((file: string, options: { json?: boolean }) =>
      run((settings) => onExisting(settings, io, (db) => policyPreview(db, io, file, options))),
    );
  policy
    .command('baseline')
    .description('what the devices show that a policy may come to allow, and what must be mended; changes nothing')
    .option('--policy <FILE>', 'a policy file (default: the policy in force)')
    .option('--population <NAME>', 'the policy in force for this population')
    .option('--json', 'as JSON')
    .action((options: BaselineOptions) =>
      run((settings) => onExisting(settings, io, (db) => policyBaseline(db, io, options))),
    );
}

function addPolicy(program: Command, run: Settled, io: CommandIo, done: Run): void {
  const policy = program.command('policy').description('policy files');
  addPolicyOnFleet(policy, run, io);
  policy
    .command('validate <FILE>')
    .description('exit 0, or 2 with one line an error: FILE:LINE:COLUMN: PATH: expected ...')
    .action((file: string) => done(policyValidate(file, io)));
  policy
    .command('coverage <FILE>')
    .description('every clause, and how it is kept')
    .option('--json', 'as JSON')
    .action((file: string, options: { json?: boolean }) => done(policyCoverage(file, io, options)));
}

function addKeeping(program: Command, run: Settled, io: CommandIo): void {
  program
    .command('backup <FILE>')
    .description('copy the database to a file while the server works; the signing keys are not in it')
    .option('--force', 'replace the file where it exists')
    .action((file: string, options: CopyOptions) => run((settings) => backup(settings, io, file, options)));
  program
    .command('restore <FILE>')
    .description('put a backup in the place of the database; the server must not run')
    .option('--force', 'replace a database that is there, which is kept beside it')
    .action((file: string, options: CopyOptions) => run((settings) => restore(settings, io, file, options)));
  program
    .command('references')
    .description('the references of breaches, such as BR-2026-000001')
    .command('skip')
    .description('leave 1000 out, so that none is given twice after an older copy was put back; restore does it itself')
    .action(() => run((settings) => onExisting(settings, io, (db) => referencesSkip(db, io))));
}

/** Runs one command; gives its exit code: 0, 1 where it failed, 2 where it was not understood or its settings are wrong. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  let exitCode = 0;
  const done: Run = (code) => {
    exitCode = code;
  };
  const program = new Command('beadle-server')
    .description('The server of Beadle. Settings come from beadle-server.yaml and BEADLE_SERVER_* variables.')
    .option('--config <FILE>', 'the settings file (default: beadle-server.yaml in the working folder, if it exists)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  const run = settled(program, io, done);
  addServing(program, run, io);
  addReady(program, run, io);
  addPeople(program, (work) => run((settings) => withDatabase(settings, io, ({ db }) => work(db, settings))), io);
  addOrganisations(program, (work) => run((settings) => withDatabase(settings, io, ({ db }) => work(db))), io);
  addImports(program, (work) => run((settings) => withDatabase(settings, io, ({ db }) => work(db, settings))), io);
  addPolicy(program, run, io, done);
  addKeeping(program, run, io);
  addKeys(program, run, (work) => run((settings) => onExisting(settings, io, work)), io);
  addAudit(program, (work) => run((settings) => onExisting(settings, io, work)), io, done);
  addPerson(program, (work) => run((settings) => onExisting(settings, io, work)), io);
  addEvidence(program, done, io);
  addConnectors(program, run, io);
  addNotify(program, (work) => run((settings) => onExisting(settings, io, work)), io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof StartError)) throw error;
    print(io.stderr, `beadle-server: ${error.message}`);
    return error.exitCode;
  }
}
