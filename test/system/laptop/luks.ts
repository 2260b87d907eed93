import { execFileSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';

/** Where the data begin in LUKS2 as cryptsetup makes it: 16 MiB. */
const DATA_AT = 16 * 1024 * 1024;
const SECTOR = 4096;
const CHUNK = 256 * SECTOR;

/**
 * Makes a LUKS2 disk that holds what the plain `image` holds. The header is cryptsetup's. The data are encrypted here, in
 * dm-crypt's format (aes-xts-plain64: a sector's tweak is its number in units of 512 bytes), as no device mapper is to be had.
 */
export function encryptImage(image: string, target: string, passphrase: string): void {
  const size = statSync(image).size;
  const key = randomBytes(64);
  const keyFile = `${target}.key`;
  writeFileSync(target, '');
  truncateSync(target, DATA_AT + size);
  writeFileSync(keyFile, key, { mode: 0o600 });
  try {
    // A real derivation costs seconds in an emulated processor, and this passphrase is no secret.
    const quickly = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
    const format = [
      '--type',
      'luks2',
      '--cipher',
      'aes-xts-plain64',
      '--key-size',
      '512',
      '--sector-size',
      `${SECTOR}`,
    ];
    const secrets = ['--master-key-file', keyFile, '--key-file', '-'];
    execFileSync('cryptsetup', ['luksFormat', '--batch-mode', ...format, ...quickly, ...secrets, target], {
      input: passphrase,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  } finally {
    rmSync(keyFile);
  }
  encryptInto(image, target, { size, key });
}

function encryptInto(image: string, target: string, { size, key }: { size: number; key: Buffer }): void {
  const from = openSync(image, 'r');
  const to = openSync(target, 'r+');
  try {
    const plain = Buffer.alloc(CHUNK);
    for (let at = 0; at < size; at += CHUNK) {
      const length = readSync(from, plain, 0, CHUNK, at);
      writeSync(to, encryptSectors(plain.subarray(0, length), at, key), 0, length, DATA_AT + at);
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

function encryptSectors(plain: Buffer, at: number, key: Buffer): Buffer {
  const tweak = Buffer.alloc(16);
  const sectors: Buffer[] = [];
  for (let offset = 0; offset < plain.length; offset += SECTOR) {
    tweak.writeBigUInt64LE(BigInt((at + offset) / 512));
    sectors.push(createCipheriv('aes-256-xts', key, tweak).update(plain.subarray(offset, offset + SECTOR)));
  }
  return Buffer.concat(sectors);
}
