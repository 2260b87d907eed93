import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PublicJwk, type Signer, signerOf, verifyingKeyOf, type VerifyingKey } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { UsageError } from '../errors.ts';

/** What enrolment settled: who this device is, and which server may speak to it. */
export const Enrolment = Type.Object(
  {
    device: Type.String(),
    assetTag: Type.String(),
    generation: Type.Integer(),
    organisation: Type.String(),
    server: Type.String(),
    serverKey: PublicJwk,
    /** Those before it, newest first: what they signed still holds where it is on the disk, and nowhere else. */
    formerServerKeys: Type.Optional(Type.Array(PublicJwk)),
    protocol: Type.Integer(),
    enrolledAt: Type.String(),
  },
  { additionalProperties: false },
);
export type Enrolment = Static<typeof Enrolment>;

export interface Identity {
  readonly enrolment: Enrolment;
  readonly signer: Signer;
  /** The server's key, pinned at enrolment or named by the one that was: nothing else can command this device. */
  readonly serverKey: VerifyingKey;
}

const KEY_FILE = 'device-key.pem';
const ENROLMENT_FILE = 'enrolment.json';
/** Says that the enrolment before has ended for good. */
export const LEFT_FILE = 'left-service.json';
export const folderOf = (data: string) => join(data, 'identity');

/**
 * Where the device's key is. Windows knows no modes, and files have the permissions of their folder: the key has one of
 * its own, which the installer opens for the system and its administrators alone.
 */
export const keyFolderOf = (data: string, platform: NodeJS.Platform = process.platform): string =>
  platform === 'win32' ? join(data, 'key') : folderOf(data);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** On a read-only disk Node says of a folder that is not there only that it is missing. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw Object.assign(new Error(`${folder} cannot be made`, { cause }), { code: 'EROFS' });
  }
}

/** Writes a small file so that after a power cut either the old or the new one is there. */
export function writeDurably(folder: string, name: string, content: string, mode: number): void {
  makeFolder(folder);
  const temporary = join(folder, `${name}.new`);
  const file = openSync(temporary, 'w', mode);
  try {
    chmodSync(temporary, mode);
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, name));
  // Windows flushes no folder: it refuses, as a folder is only ever opened for reading.
  if (process.platform === 'win32') return;
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** A new device key, not yet kept: it becomes the device's when `saveIdentity` has written it beside its enrolment. */
export const makeDeviceKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** Keeps an enrolment, which the holder may read. */
export const writeEnrolment = (data: string, enrolment: Enrolment): void =>
  writeDurably(folderOf(data), ENROLMENT_FILE, `${JSON.stringify(enrolment, null, 2)}\n`, 0o644);

/** Keeps the key (mode 0600) and then the enrolment that makes it valid, which the holder may read. */
export function saveIdentity(data: string, key: KeyObject, enrolment: Enrolment): void {
  writeDurably(keyFolderOf(data), KEY_FILE, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  writeEnrolment(data, enrolment);
  rmSync(join(folderOf(data), LEFT_FILE), { force: true });
}

/** More than a key, an enrolment, a policy and an empty store take. */
const ROOM_BYTES = 262_144;

/** Throws what `faultOf` knows where there is no room to keep an identity, or it may not be written. */
export function requireRoom(data: string): void {
  makeFolder(folderOf(data));
  const path = join(folderOf(data), 'room.new');
  try {
    writeFileSync(path, Buffer.alloc(ROOM_BYTES), { mode: 0o600, flush: true });
  } finally {
    rmSync(path, { force: true });
  }
}

export function refuseReadableByOthers(path: string): void {
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw new UsageError(
    `${path} can be read by others (mode ${mode.toString(8)}): run chmod 600 on it, and enrol again if others may have read it.`,
  );
}

/** What this device is enrolled as, which needs no key: for the commands that the holder may run. */
export type KnownServer = Pick<Identity, 'enrolment' | 'serverKey'>;

/** The text of a file; undefined where there is none. One that may not be read is not one that is not there. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    if (codeOf(cause) !== 'EACCES') throw cause;
    throw new UsageError(`${path} may not be read by you: run this as root, or ask ICT.`, { cause });
  }
}

/** Runs `read`; whatever is wrong with the files that it reads is told as what to do about it. */
function orDamaged<T>(data: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${folderOf(data)} is damaged: enrol this device again with a new token from ICT.`, { cause });
  }
}

/** Undefined where this device has not been enrolled. Throws `UsageError` where the file is damaged or may not be read. */
export function loadEnrolment(data: string): KnownServer | undefined {
  const text = readIfThere(join(folderOf(data), ENROLMENT_FILE));
  if (text === undefined) return undefined;
  return orDamaged(data, () => {
    const enrolment: unknown = JSON.parse(text);
    if (!Value.Check(Enrolment, enrolment)) throw new Error('not of its form');
    return { enrolment, serverKey: verifyingKeyOf(enrolment.serverKey) };
  });
}

/** Who this device is. Throws where it has not been enrolled, for use after it has. */
export function requireIdentity(data: string): Identity {
  const identity = loadIdentity(data);
  if (identity === undefined) throw new Error('an enrolment that was just kept is not there');
  return identity;
}

/** Who this device is; undefined where it has not been enrolled. Throws `UsageError` where the files cannot be trusted. */
export function loadIdentity(data: string): Identity | undefined {
  const path = join(keyFolderOf(data), KEY_FILE);
  const server = loadEnrolment(data);
  const key = readIfThere(path);
  if (server === undefined || key === undefined) return undefined;
  refuseReadableByOthers(path);
  return orDamaged(data, () => ({ ...server, signer: signerOf(createPrivateKey(key)) }));
}
