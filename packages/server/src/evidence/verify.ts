import { openDocument, type PublicJwk, verifyingKeyOf } from '@beadle/shared';
import Value from 'typebox/value';
import { brokenIn, FINDINGS, Segments } from './chain.ts';
import { EVIDENCE_TYPE, Manifest, MANIFEST, sha256, SIGNATURE } from './manifest.ts';
import { type PackedFile, unzip } from './zip.ts';

export interface Verified {
  /** What does not fit, in words; none where the pack is as it was made. */
  readonly problems: readonly string[];
  /** Undefined where there is none that could be read. */
  readonly manifest: Manifest | undefined;
  /** The fingerprint of the key that it says it is signed with. */
  readonly keyId: string | undefined;
  /** Findings whose chain was followed, and whose content is there. */
  readonly followed: number;
  readonly held: number;
}

const NOTHING = { manifest: undefined, keyId: undefined, followed: 0, held: 0 } as const;

function parsed(file: PackedFile | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(file?.bytes ?? []).toString());
  } catch {
    return undefined;
  }
}

const payloadOf = (jws: string): unknown =>
  parsed({ name: SIGNATURE, bytes: Buffer.from(jws.split('.')[1] ?? '', 'base64url') });

/** The manifest as it was signed; undefined where the signature is not that of the key that it names. */
function openManifest(jws: string): { readonly manifest: Manifest; readonly keyId: string } | undefined {
  const said = payloadOf(jws);
  if (!Value.Check(Manifest, said)) return undefined;
  const key = keyOf(said.key);
  if (key === undefined || openDocument(jws, EVIDENCE_TYPE, key) === undefined) return undefined;
  return { manifest: said, keyId: key.keyId };
}

function keyOf(jwk: PublicJwk) {
  try {
    return verifyingKeyOf(jwk);
  } catch {
    return undefined;
  }
}

function fileProblems(files: ReadonlyMap<string, PackedFile>, manifest: Manifest): string[] {
  const listed = new Set([MANIFEST, SIGNATURE, ...manifest.files.map(({ name }) => name)]);
  const differing = manifest.files.flatMap(({ name, bytes, sha256: expected }) => {
    const file = files.get(name);
    if (file === undefined) return [`${name} is missing`];
    return file.bytes.length === bytes && sha256(file.bytes) === expected ? [] : [`${name} has been changed`];
  });
  const more = [...files.keys()].filter((name) => !listed.has(name)).map((name) => `${name} is not in the manifest`);
  const shown = JSON.stringify(parsed(files.get(MANIFEST)));
  return [...(shown === JSON.stringify(manifest) ? [] : [`${MANIFEST} is not what was signed`]), ...differing, ...more];
}

function chainOf(files: ReadonlyMap<string, PackedFile>) {
  const said = parsed(files.get(FINDINGS));
  if (!Value.Check(Segments, said)) return { problems: [`${FINDINGS} cannot be read`], followed: 0, held: 0 };
  const links = said.segments.flatMap((segment) => segment.links);
  return {
    problems: said.segments.flatMap(brokenIn),
    followed: links.length,
    held: links.filter(({ body }) => typeof body === 'string').length,
  };
}

function filesOf(bytes: Buffer): ReadonlyMap<string, PackedFile> | string {
  try {
    return new Map(unzip(bytes).map((file) => [file.name, file]));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Whether an evidence pack is as a server made it: nothing but the file is needed. That the key is the council's own is
 * for `expected` to say, a fingerprint that came by another way; without it a pack only agrees with itself.
 */
export function verifyEvidence(bytes: Buffer, expected?: string): Verified {
  const files = filesOf(bytes);
  if (typeof files === 'string') return { ...NOTHING, problems: [files] };
  const opened = openManifest(Buffer.from(files.get(SIGNATURE)?.bytes ?? []).toString());
  if (opened === undefined) return { ...NOTHING, problems: ['its manifest is not signed by the key that it names'] };
  const { manifest, keyId } = opened;
  const { problems, ...chain } = chainOf(files);
  const other = expected !== undefined && expected !== keyId ? [`it is signed by another key, ${keyId}`] : [];
  return { ...opened, ...chain, problems: [...other, ...fileProblems(files, manifest), ...problems] };
}
