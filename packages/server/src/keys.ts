import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { publicJwkOf, type PublicJwk, type Random, type Signer, signerOf } from '@beadle/shared';
import { codeOf, StartError } from './errors.ts';

export interface ServerKeys {
  readonly signer: Signer;
  readonly publicJwk: PublicJwk;
  /** The thumbprint of the public key: what an enrolment token carries. */
  readonly keyId: string;
  /** 32 bytes, from which the secrets of enrolment tokens are derived. */
  readonly tokenKey: Uint8Array;
}

/** Their names in the keys folder. */
export const KEY_FILES = { serverKey: 'server-key.pem', tokenKey: 'token-key' } as const;

const TOKEN_KEY = /^[A-Za-z0-9_-]{43}\n?$/;

/**
 * The server's keys, made at the first start. They are in neither the database nor its backups, so that a stolen copy of
 * it commands no device (invariant 5). Throws a `StartError` where they cannot be read or others could read them too.
 */
export function loadKeys({ folder, random }: { readonly folder: string; readonly random: Random }): ServerKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseOthers(folder);
  const [keyFile, tokenFile] = [join(folder, KEY_FILES.serverKey), join(folder, KEY_FILES.tokenKey)];
  const pem = readOrMake(keyFile, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  const token = readOrMake(tokenFile, () => `${Buffer.from(random.bytes(32)).toString('base64url')}\n`);
  if (!TOKEN_KEY.test(token)) throw damaged(tokenFile);
  const privateKey = parse(pem, keyFile);
  const signer = signerOf(privateKey);
  const tokenKey = Buffer.from(token.trim(), 'base64url');
  return Object.freeze({ signer, publicJwk: publicJwkOf(privateKey), keyId: signer.keyId, tokenKey });
}

/** The files as they stand there. */
export const readKeyFiles = (folder: string): { readonly serverKey: string; readonly tokenKey: string } => ({
  serverKey: readFileSync(join(folder, KEY_FILES.serverKey), 'utf8'),
  tokenKey: readFileSync(join(folder, KEY_FILES.tokenKey), 'utf8'),
});

/** Writes them into a folder that has none; where one is there it stays. */
export function placeKeys(folder: string, files: ReturnType<typeof readKeyFiles>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseOthers(folder);
  writeOnce(join(folder, KEY_FILES.tokenKey), files.tokenKey);
  writeOnce(join(folder, KEY_FILES.serverKey), files.serverKey);
}

function parse(pem: string, path: string) {
  try {
    const key = createPrivateKey(pem);
    publicJwkOf(key);
    return key;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

const damaged = (path: string, cause?: unknown): StartError =>
  new StartError(
    `${path} is not a key that Beadle made: put the file back from where the keys are kept safe. ` +
      'Without it every device must be enrolled again.',
    { cause },
  );

function readOrMake(path: string, make: () => string): string {
  try {
    refuseOthers(path);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  writeOnce(path, make());
  return readFileSync(path, 'utf8');
}

/** Under a name of its own first, then linked: of two processes that start together one wins, and neither reads a half. */
function writeOnce(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    linkSync(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
}

/** Windows has no such bits; there the folder's access list is the installer's. */
function refuseOthers(path: string): void {
  const { mode } = statSync(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const fix = `chmod go= ${path}`;
  throw new StartError(
    `${path} holds the server's keys and can be read by others than its owner: run \`${fix}\`, then start again.`,
  );
}
