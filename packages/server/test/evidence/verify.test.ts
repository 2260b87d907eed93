import { generateKeyPairSync } from 'node:crypto';
import { bodyHash, GENESIS, linkOf, publicJwkOf, signerOf } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenIn, type Segment } from '../../src/evidence/chain.ts';
import { type EvidenceFile, MANIFEST, signed } from '../../src/evidence/manifest.ts';
import { verifyEvidence } from '../../src/evidence/verify.ts';
import { type PackedFile, zip } from '../../src/evidence/zip.ts';

const at = Date.parse('2026-06-04T08:32:10Z');
const device = 'device-one';

/** A chain as a device makes it, of which every other body is packed. */
function segment(count: number, gapAt?: number): Segment {
  const links: Segment['links'] = [];
  let [previous, sequence] = [GENESIS, 0];
  for (let index = 0; index < count; index += 1) {
    sequence += index === gapAt ? 5 : 1;
    const body = Buffer.from(`{"number":${index}}`);
    const hashed = bodyHash(body);
    const link = linkOf({ previous, device, generation: 1, sequence, bodyHash: hashed });
    const packed = { receivedAt: '2026-06-04T08:32:00.000Z', body: body.toString('base64') };
    links.push({ sequence, bodyHash: hashed, link, ...(index % 2 === 0 ? packed : {}) });
    previous = link;
  }
  return { device, generation: 1, previous: GENESIS, links };
}

const { privateKey } = generateKeyPairSync('ed25519');
const signer = signerOf(privateKey);
const other = generateKeyPairSync('ed25519').privateKey;

const made = (key = privateKey) => ({
  reference: 'BR-2026-000041',
  council: 'Northmere',
  marking: 'OFFICIAL',
  writtenAt: '2026-06-04T08:32:10.000Z',
  writtenFor: 'Ann Officer',
  server: '0.1.0',
  key: publicJwkOf(key),
});
const file = (name: string, said: unknown): EvidenceFile => ({
  name,
  about: name,
  bytes: Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)),
});
const pack = (segments: readonly Segment[] = [segment(4)]) =>
  signed([file('findings.json', { segments }), file('report.html', '<p>A report</p>')], made(), signer);
const verify = (files: readonly PackedFile[], key?: string) => verifyEvidence(zip(files, at), key);
const problemsOf = (files: readonly PackedFile[], key?: string) => verify(files, key).problems;

describe('an evidence pack', () => {
  it('verifies as it was made, and says of what it is and whose key signed it', () => {
    const { problems, manifest, ...rest } = verify(pack(), signer.keyId);
    expect(problems).toEqual([]);
    expect(manifest?.reference).toBe('BR-2026-000041');
    expect(rest).toEqual({ keyId: signer.keyId, followed: 4, held: 2 });
  });

  it('is not the council’s where another key signed it', () => {
    expect(problemsOf(pack(), 'another')).toEqual([`it is signed by another key, ${signer.keyId}`]);
    const forged = signed([file('findings.json', { segments: [] })], made(), signerOf(other));
    expect(problemsOf(forged)).toEqual(['its manifest is not signed by the key that it names']);
  });

  it('shows what was changed, taken out, put in or written anew', () => {
    const files = pack();
    const change = (name: string, bytes: Buffer) => files.map((one) => (one.name === name ? { name, bytes } : one));
    expect(problemsOf(change('report.html', Buffer.from('<p>Another</p>')))).toEqual(['report.html has been changed']);
    expect(problemsOf(files.filter(({ name }) => name !== 'report.html'))).toEqual(['report.html is missing']);
    expect(problemsOf([...files, file('more.txt', 'x')])).toEqual(['more.txt is not in the manifest']);
    expect(problemsOf(change(MANIFEST, Buffer.from('{}')))).toEqual(['manifest.json is not what was signed']);
    expect(problemsOf(change('manifest.jws', Buffer.from('a.b.c')))).toHaveLength(1);
  });

  it('shows a chain that does not hold though the pack was signed so', () => {
    const whole = segment(4);
    const changed = {
      ...whole,
      links: whole.links.map((link, index) => (index === 2 ? { ...link, body: 'e30=' } : link)),
    };
    expect(problemsOf(pack([changed]))).toEqual([
      'finding 3 of device device-one, generation 1 has another content than was received',
    ]);
    expect(problemsOf(signed([file('findings.json', { segments: 1 })], made(), signer))).toEqual([
      'findings.json cannot be read',
    ]);
  });

  it('is never more than words, whatever the bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (bytes, place) => {
        expect(verifyEvidence(Buffer.from(bytes)).problems).not.toEqual([]);
        const whole = zip(pack(), at);
        const cut = whole.subarray(0, place % whole.length);
        expect(verifyEvidence(cut).problems).not.toEqual([]);
      }),
    ));
});

describe('a part of a chain', () => {
  it('holds over a gap that the device signed for, and over bodies that were erased', () => {
    expect(brokenIn(segment(5, 3))).toEqual([]);
    const whole = segment(3);
    expect(brokenIn({ ...whole, links: whole.links.map((link) => ({ ...link, body: null })) })).toEqual([]);
  });

  it('does not hold with one left out, moved or of another device', () => {
    const whole = segment(4);
    const broken = (links: Segment['links']) => brokenIn({ ...whole, links }).length;
    expect(broken(whole.links.toSpliced(1, 1))).toBeGreaterThan(0);
    expect(broken(whole.links.toReversed())).toBeGreaterThan(0);
    expect(brokenIn({ ...whole, device: 'device-two' })).toHaveLength(4);
  });
});
