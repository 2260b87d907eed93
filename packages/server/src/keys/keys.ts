import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { publicJwkOf, type PublicJwk, type Random, type Signer, signerOf } from '@beadle/shared';
import { StartError } from '../errors.ts';
import {
  formerFile,
  formerFiles,
  KEY_FILES,
  type KeyFiles,
  makeFolder,
  readKey,
  readOrMake,
  writeOnce,
} from './files.ts';

/** One by which the server speaks to devices. */
export interface ServerKey {
  readonly signer: Signer;
  readonly publicJwk: PublicJwk;
  /** The thumbprint of the public key, which people call its fingerprint: what an enrolment token carries. */
  readonly keyId: string;
}

/** The key of today, and what else is in the folder. */
export interface ServerKeys extends ServerKey {
  /** The one to come: it signs for devices that another server has told of it already. */
  readonly next: ServerKey | undefined;
  /** Those of before: they sign for devices that have not heard of the one of today, which is told to them. */
  readonly former: readonly ServerKey[];
  /** 32 bytes, from which the secrets of enrolment tokens are derived. */
  readonly tokenKey: Uint8Array;
}

const TOKEN_KEY = /^[A-Za-z0-9_-]{43}\n?$/;

/** A new private key, in PEM. */
export const makeServerKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

const damaged = (path: string, cause?: unknown): StartError =>
  new StartError(
    `${path} is not a key that Beadle made: put the file back from where the keys are kept safe. ` +
      'Without it every device must be enrolled again.',
    { cause },
  );

/** `path` is for the error alone. */
export function serverKeyOf(pem: string, path: string): ServerKey {
  try {
    const key = createPrivateKey(pem);
    const signer = signerOf(key);
    return { signer, publicJwk: publicJwkOf(key), keyId: signer.keyId };
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function keyAt(path: string): ServerKey | undefined {
  const pem = readKey(path);
  return pem === undefined ? undefined : serverKeyOf(pem, path);
}

/**
 * The server's keys, made at the first start. They are in neither the database nor its backups, so that a stolen copy of
 * it commands no device (invariant 5). Throws a `StartError` where they cannot be read or others could read them too.
 */
export function loadKeys({ folder, random }: { readonly folder: string; readonly random: Random }): ServerKeys {
  makeFolder(folder);
  const [keyFile, tokenFile] = [join(folder, KEY_FILES.serverKey), join(folder, KEY_FILES.tokenKey)];
  const current = serverKeyOf(readOrMake(keyFile, makeServerKey), keyFile);
  const token = readOrMake(tokenFile, () => `${Buffer.from(random.bytes(32)).toString('base64url')}\n`);
  if (!TOKEN_KEY.test(token)) throw damaged(tokenFile);
  const former = formerFiles(folder).map((path) => keyAt(path));
  return Object.freeze({
    ...current,
    next: keyAt(join(folder, KEY_FILES.nextKey)),
    // A rotation that was cut off has the key of today there already.
    former: former.filter((key) => key !== undefined && key.keyId !== current.keyId) as ServerKey[],
    tokenKey: Buffer.from(token.trim(), 'base64url'),
  });
}

/** The key that a device names, by which it is answered; the one of today where it names none, or none that is here. */
export const keyFor = (keys: ServerKeys, named: string | undefined): ServerKey =>
  [keys, keys.next, ...keys.former].find((key) => key?.keyId === named) ?? keys;

/** What a device that names this key is to hold to instead. */
export const successorOf = ({ former, publicJwk }: ServerKeys, named: string | undefined): PublicJwk | undefined =>
  former.some(({ keyId }) => keyId === named) ? publicJwk : undefined;

/** The files as they stand there. */
export function readKeyFiles(folder: string): KeyFiles {
  const read = (name: string) => readKey(join(folder, name));
  const nextKey = read(KEY_FILES.nextKey);
  const formerKeys = formerFiles(folder).flatMap((path) => readKey(path) ?? []);
  return {
    serverKey: read(KEY_FILES.serverKey) ?? '',
    tokenKey: read(KEY_FILES.tokenKey) ?? '',
    ...(nextKey === undefined ? {} : { nextKey }),
    ...(formerKeys.length === 0 ? {} : { formerKeys }),
  };
}

/** Writes them into a folder that has none; where one is there it stays. */
export function placeKeys(folder: string, { serverKey, tokenKey, nextKey, formerKeys = [] }: KeyFiles): void {
  makeFolder(folder);
  for (const pem of formerKeys) writeOnce(formerFile(folder, serverKeyOf(pem, 'A former key').keyId), pem);
  if (nextKey !== undefined) writeOnce(join(folder, KEY_FILES.nextKey), nextKey);
  writeOnce(join(folder, KEY_FILES.tokenKey), tokenKey);
  writeOnce(join(folder, KEY_FILES.serverKey), serverKey);
}
