import { hash } from 'node:crypto';
import { PublicJwk, type PublicJwk as Jwk, signDocument, type Signer } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { PackedFile } from './zip.ts';

const closed = { additionalProperties: false } as const;
const Line = Type.String({ maxLength: 1000 });

export const EVIDENCE_TYPE = 'beadle-evidence+jws';
export const MANIFEST = 'manifest.json';
/** The same as a signed document: JWS compact, as the server signs what devices are told. */
export const SIGNATURE = 'manifest.jws';

/** What a pack holds, and who made it from what. */
export const Manifest = Type.Object(
  {
    form: Type.Literal('beadle-evidence-1'),
    reference: Line,
    council: Line,
    marking: Line,
    writtenAt: Line,
    /** Who asked for it, as the audit log names them. */
    writtenFor: Line,
    /** The version of the server. */
    server: Line,
    /** The public half of the key that it is signed with. */
    key: PublicJwk,
    files: Type.Array(
      Type.Object(
        {
          name: Line,
          about: Line,
          bytes: Type.Integer({ minimum: 0 }),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        },
        closed,
      ),
      { maxItems: 200 },
    ),
  },
  closed,
);
export type Manifest = Static<typeof Manifest>;

export interface EvidenceFile extends PackedFile {
  /** What it is, in words. */
  readonly about: string;
}

export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

interface Made extends Omit<Manifest, 'form' | 'files' | 'key'> {
  readonly key: Jwk;
}

/** The files of a pack with its manifest and the signature on that, first what a reader opens. */
export function signed(files: readonly EvidenceFile[], made: Made, signer: Signer): readonly PackedFile[] {
  const manifest: Manifest = {
    form: 'beadle-evidence-1',
    ...made,
    files: files.map(({ name, about, bytes }) => ({ name, about, bytes: bytes.length, sha256: sha256(bytes) })),
  };
  return [
    ...files,
    { name: MANIFEST, bytes: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
    { name: SIGNATURE, bytes: Buffer.from(signDocument(manifest, EVIDENCE_TYPE, signer)) },
  ];
}
