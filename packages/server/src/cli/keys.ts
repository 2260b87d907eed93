import type { Command } from 'commander';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import { KEY_FILES } from '../keys/files.ts';
import { loadKeys, placeKeys, readKeyFiles } from '../keys/keys.ts';
import { openKeys, PASSPHRASE, sealKeys } from '../keys/sealed.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';
import { addRotation, recordKeys, requireKeys } from './keys-rotate.ts';
import { readSecret } from './read-secret.ts';

async function readPassphrase(io: CommandIo): Promise<string> {
  const passphrase = await readSecret(io, 'Passphrase');
  const { minLength, maxLength } = PASSPHRASE;
  if (passphrase.length >= minLength && passphrase.length <= maxLength) return passphrase;
  throw new StartError(
    `Standard input: expected a passphrase of ${minLength} to ${maxLength} characters on its first line.`,
    { exitCode: 2 },
  );
}

/** Writes the keys, sealed under a passphrase, into a new file; that they were taken is in the audit log. */
async function keysExport(db: Db, settings: Settings, io: CommandIo, file: string): Promise<number> {
  const folder = requireKeys(settings);
  const path = resolve(io.workingFolder, file);
  if (existsSync(path)) throw new StartError(`${file} exists already: choose another name.`, { exitCode: 2 });
  const { keyId } = loadKeys({ folder, random: io.random });
  const passphrase = await readPassphrase(io);
  const text = await sealKeys(readKeyFiles(folder), { keyId, passphrase, random: io.random });
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  await recordKeys(db, io, 'server-keys-exported', keyId);
  print(
    io.stdout,
    `The server's keys are in ${file}, sealed under the passphrase. Their fingerprint: ${keyId}`,
    'Keep the file and the passphrase apart, and neither with a backup of the database.',
  );
  return 0;
}

/** Puts the keys of such a file into a keys folder that has none. */
async function keysImport({ keysFolder: folder }: Settings, io: CommandIo, file: string): Promise<number> {
  const present = Object.values(KEY_FILES).find((name) => existsSync(join(folder, name)));
  if (present !== undefined)
    throw new StartError(
      `There are keys in ${folder} already: move ${present} away first, if they are the wrong ones.`,
    );
  let text: string;
  try {
    text = readFileSync(resolve(io.workingFolder, file), 'utf8');
  } catch (cause) {
    throw new StartError(`${file} cannot be read: give a file that "keys export" wrote.`, { exitCode: 2, cause });
  }
  const opened = await openKeys(text, await readPassphrase(io));
  if ('refused' in opened)
    throw new StartError(
      opened.refused === 'form'
        ? `${file} is no file that "keys export" wrote.`
        : `The passphrase is not the one of ${file}, or the file was changed.`,
    );
  placeKeys(folder, opened.keys);
  const { keyId } = loadKeys({ folder, random: io.random });
  print(io.stdout, `The server's keys are in ${folder}. Their fingerprint: ${keyId}`);
  return 0;
}

/** The commands about the server's own keys, which are in no backup of its database. */
export function addKeys(
  program: Command,
  run: (work: (settings: Settings) => Promise<number>) => Promise<void>,
  onDatabase: (work: (db: Db, settings: Settings) => Promise<number>) => Promise<void>,
  io: CommandIo,
): void {
  const keys = program.command('keys').description("the server's own keys; a passphrase is read from standard input");
  keys
    .command('export <FILE>')
    .description('into a new file, sealed under a passphrase')
    .action((file: string) => onDatabase((db, settings) => keysExport(db, settings, io, file)));
  keys
    .command('import <FILE>')
    .description('from such a file, into a keys folder that has none')
    .action((file: string) => run((settings) => keysImport(settings, io, file)));
  addRotation(keys, onDatabase, io);
}
