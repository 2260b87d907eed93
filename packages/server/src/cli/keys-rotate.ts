import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { devicesOf, type Holders, holdersOfKeys } from '../devices/server-keys.ts';
import { StartError } from '../errors.ts';
import { KEY_FILES } from '../keys/files.ts';
import { loadKeys } from '../keys/keys.ts';
import { forgetKey, prepareKey, rotateKey } from '../keys/rotate.ts';
import { ORGANISATION } from '../organisation/store.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print, table } from './io.ts';

export function requireKeys({ keysFolder: folder }: Settings): string {
  if (existsSync(join(folder, KEY_FILES.serverKey))) return folder;
  throw new StartError(`There are no keys in ${folder}: the first start of the server makes them.`);
}

/** What is done to the server's keys is in the audit log. */
export const recordKeys = (
  db: Db,
  io: CommandIo,
  action: string,
  keyId: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const act = { organisation: ORGANISATION, at: io.clock.now(), actor: `cli:${io.user}` };
  return inTransaction(db, async (tx) => {
    await recordAct(tx, { ...act, action, target: `key:${keyId}`, detail });
  });
};

async function list(db: Db, settings: Settings, io: CommandIo): Promise<number> {
  const keys = loadKeys({ folder: requireKeys(settings), random: io.random });
  const holders = await holdersOfKeys(db);
  const line = (keyId: string, what: string) => [keyId, what, String(devicesOf(holders, keyId))];
  const here = [
    line(keys.keyId, 'signs'),
    ...(keys.next === undefined ? [] : [line(keys.next.keyId, 'next')]),
    ...keys.former.map(({ keyId }) => line(keyId, 'former')),
  ];
  const known = new Set(here.map(([keyId]) => keyId));
  const isElsewhere = ({ keyId }: Holders): boolean => keyId !== null && !known.has(keyId);
  const elsewhere = holders.filter(isElsewhere).map(({ keyId }) => line(keyId ?? '', 'not here'));
  print(io.stdout, ...table([['FINGERPRINT', 'STATE', 'DEVICES'], ...here, ...elsewhere]));
  const silent = devicesOf(holders, null);
  if (silent > 0) print(io.stdout, `Enrolled, and have not said yet to which they hold: ${silent}`);
  return 0;
}

async function prepare(db: Db, settings: Settings, io: CommandIo): Promise<number> {
  const folder = requireKeys(settings);
  const { keyId } = prepareKey(folder);
  await recordKeys(db, io, 'server-key-prepared', keyId);
  print(
    io.stdout,
    `The key to come is in ${folder}. Its fingerprint: ${keyId}`,
    'Copy the folder to every server of this database and restart each, then run `beadle-server keys rotate` on each.',
  );
  return 0;
}

async function rotate(db: Db, settings: Settings, io: CommandIo): Promise<number> {
  const { from, to } = rotateKey(requireKeys(settings));
  await recordKeys(db, io, 'server-key-rotated', to, { from });
  print(
    io.stdout,
    `The server’s key is now ${to}. Restart the server: it signs by it from then on.`,
    `Each device that holds to ${from} is told at its next check-in, under that key. \`beadle-server keys list\` shows how many have followed.`,
    'Write a new file with `beadle-server keys export`: the one before lacks this key.',
  );
  return 0;
}

async function forget(
  db: Db,
  settings: Settings,
  io: CommandIo,
  keyId: string,
  { force }: { readonly force?: boolean },
): Promise<number> {
  const folder = requireKeys(settings);
  const keys = loadKeys({ folder, random: io.random });
  if (!keys.former.some((key) => key.keyId === keyId))
    throw new StartError(`${keyId} is no former key: \`beadle-server keys list\` shows them.`, { exitCode: 2 });
  const holders = await holdersOfKeys(db);
  const [hold, silent] = [devicesOf(holders, keyId), devicesOf(holders, null)];
  if (force !== true && hold + silent > 0)
    throw new StartError(
      `Devices that hold to ${keyId}: ${hold}; that have not said: ${silent}. Without that key each must be enrolled again. ` +
        'Wait until they have checked in, or give --force.',
    );
  forgetKey(folder, keyId);
  await recordKeys(db, io, 'server-key-forgotten', keyId, { devices: hold, notSaid: silent });
  print(
    io.stdout,
    `${keyId} is gone. Restart the server: it signs by it no more.`,
    'Tokens and fleet keys that were made while it was the server’s enrol nothing from then on.',
  );
  return 0;
}

/** The commands by which the server's signing key is exchanged for another, and the devices follow. */
export function addRotation(
  keys: Command,
  onDatabase: (work: (db: Db, settings: Settings) => Promise<number>) => Promise<void>,
  io: CommandIo,
): void {
  keys
    .command('list')
    .description('the signing keys, and how many devices hold to each')
    .action(() => onDatabase((db, settings) => list(db, settings, io)));
  keys
    .command('prepare')
    .description('make the key to come, where several servers are to have it before one signs by it')
    .action(() => onDatabase((db, settings) => prepare(db, settings, io)));
  keys
    .command('rotate')
    .description('sign by another key from the next start on; devices follow as they check in')
    .action(() => onDatabase((db, settings) => rotate(db, settings, io)));
  keys
    .command('forget <FINGERPRINT>')
    .description('end a former key that no device holds to any more')
    .option('--force', 'although devices hold to it, which must then be enrolled again')
    .action((keyId: string, options: { force?: boolean }) =>
      onDatabase((db, settings) => forget(db, settings, io, keyId, options)),
    );
}
