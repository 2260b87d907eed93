import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { KeyFiles } from './files.ts';

export const PASSPHRASE = { minLength: 12, maxLength: 1000 } as const;

/** RFC 7914. A guess takes 128 MiB and some half a second: what OWASP's password storage cheat sheet asks for, of its largest memory. */
const COST = { n: 131_072, r: 8, p: 1 } as const;
const MAX_MEMORY = 192 * 1024 * 1024;
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

const Bytes = (length: number) => Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((length * 4) / 3)}}$` });
/** Only this cost is taken: a file that somebody else made must not say how much work it is. */
const Sealed = Type.Object(
  {
    beadle: Type.Literal('server-keys'),
    version: Type.Literal(1),
    keyId: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    kdf: Type.Object(
      {
        name: Type.Literal('scrypt'),
        n: Type.Literal(COST.n),
        r: Type.Literal(COST.r),
        p: Type.Literal(COST.p),
        salt: Bytes(16),
      },
      { additionalProperties: false },
    ),
    cipher: Type.Literal(CIPHER),
    nonce: Bytes(12),
    sealed: Type.String({ pattern: '^[A-Za-z0-9_-]{24,65536}$' }),
  },
  { additionalProperties: false },
);
type Sealed = Static<typeof Sealed>;
type Header = Omit<Sealed, 'sealed'>;

const Inside = Type.Object(
  {
    serverKey: Type.String(),
    tokenKey: Type.String(),
    nextKey: Type.Optional(Type.String()),
    formerKeys: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
);

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const keyOf = (passphrase: string, { kdf }: Header): Promise<Buffer> =>
  derive(passphrase.normalize('NFC'), Buffer.from(kdf.salt, 'base64url'), 32, {
    N: kdf.n,
    r: kdf.r,
    p: kdf.p,
    maxmem: MAX_MEMORY,
  });

/** What stands in the clear is authenticated with the rest: the fingerprint cannot be exchanged. */
const clear = ({ beadle, version, keyId, kdf, cipher, nonce }: Header): Buffer =>
  Buffer.from(JSON.stringify([beadle, version, keyId, kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt, cipher, nonce]));

/** The text of a file that gives the keys to whoever knows the passphrase, and their fingerprint to anybody. */
export async function sealKeys(
  files: KeyFiles,
  { keyId, passphrase, random }: { readonly keyId: string; readonly passphrase: string; readonly random: Random },
): Promise<string> {
  const text = (bytes: number) => Buffer.from(random.bytes(bytes)).toString('base64url');
  const header: Header = {
    beadle: 'server-keys',
    version: 1,
    keyId,
    kdf: { name: 'scrypt', ...COST, salt: text(16) },
    cipher: CIPHER,
    nonce: text(12),
  };
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, header), Buffer.from(header.nonce, 'base64url'));
  cipher.setAAD(clear(header));
  const inside = Buffer.from(JSON.stringify(files));
  const sealed = Buffer.concat([cipher.update(inside), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  return `${JSON.stringify({ ...header, sealed }, null, 2)}\n`;
}

export type Opened =
  | { readonly keys: KeyFiles; readonly keyId: string }
  /** `form`: it is no such file. `passphrase`: that is another one, or the file was changed. */
  | { readonly refused: 'form' | 'passphrase' };

function parse(text: string): Sealed | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(Sealed, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export async function openKeys(text: string, passphrase: string): Promise<Opened> {
  const file = parse(text);
  if (file === undefined) return { refused: 'form' };
  const bytes = Buffer.from(file.sealed, 'base64url');
  const decipher = createDecipheriv(CIPHER, await keyOf(passphrase, file), Buffer.from(file.nonce, 'base64url'), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(clear(file));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const inside = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    const keys: unknown = JSON.parse(inside.toString());
    return Value.Check(Inside, keys) ? { keys, keyId: file.keyId } : { refused: 'form' };
  } catch {
    return { refused: 'passphrase' };
  }
}
