import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
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
    protocol: Type.Integer(),
    enrolledAt: Type.String(),
  },
  { additionalProperties: false },
);
export type Enrolment = Static<typeof Enrolment>;

export interface Identity {
  readonly enrolment: Enrolment;
  readonly signer: Signer;
  /** The server's key, pinned at enrolment: nothing else can command this device. */
  readonly serverKey: VerifyingKey;
}

const KEY_FILE = 'device-key.pem';
const ENROLMENT_FILE = 'enrolment.json';
const folderOf = (data: string) => join(data, 'identity');

/** Writes a small file so that after a power cut either the old or the new one is there. */
function writeDurably(folder: string, name: string, content: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${name}.new`);
  const file = openSync(temporary, 'w', 0o600);
  try {
    chmodSync(temporary, 0o600);
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, name));
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** A new device key, not yet kept: it becomes the device's when `saveIdentity` has written it beside its enrolment. */
export const makeDeviceKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** Keeps the key (mode 0600) and then the enrolment that makes it valid. */
export function saveIdentity(data: string, key: KeyObject, enrolment: Enrolment): void {
  writeDurably(folderOf(data), KEY_FILE, key.export({ type: 'pkcs8', format: 'pem' }));
  writeDurably(folderOf(data), ENROLMENT_FILE, `${JSON.stringify(enrolment, null, 2)}\n`);
}

function refuseReadableByOthers(path: string): void {
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw new UsageError(
    `${path} can be read by others (mode ${mode.toString(8)}): run chmod 600 on it, and enrol again if others may have read it.`,
  );
}

/** Who this device is; undefined where it has not been enrolled. Throws `UsageError` where the files cannot be trusted. */
export function loadIdentity(data: string): Identity | undefined {
  const [keyPath, enrolmentPath] = [join(folderOf(data), KEY_FILE), join(folderOf(data), ENROLMENT_FILE)];
  if (!existsSync(enrolmentPath) || !existsSync(keyPath)) return undefined;
  refuseReadableByOthers(keyPath);
  try {
    const enrolment: unknown = JSON.parse(readFileSync(enrolmentPath, 'utf8'));
    if (!Value.Check(Enrolment, enrolment)) throw new Error('not of its form');
    const signer = signerOf(createPrivateKey(readFileSync(keyPath, 'utf8')));
    return { enrolment, signer, serverKey: verifyingKeyOf(enrolment.serverKey) };
  } catch (cause) {
    throw new UsageError(`${folderOf(data)} is damaged: enrol this device again with a new token from ICT.`, { cause });
  }
}
