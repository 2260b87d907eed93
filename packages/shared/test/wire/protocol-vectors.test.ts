import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { type Vectors, vectors, vectorsFile } from '../../../../scripts/protocol-vectors.ts';
import { bodyHash, GENESIS, linkOf } from '../../src/findings/chain.ts';
import { stateDigest } from '../../src/findings/state-digest.ts';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { enrolmentProof, parseToken } from '../../src/wire/enrolment.ts';
import { signerOf, thumbprint, verifyingKeyOf } from '../../src/wire/keys.ts';
import { parseSignatureInput, verifyRequest } from '../../src/wire/request-signature.ts';
import { verifyResponse } from '../../src/wire/response-signature.ts';
import { EffectsReport, openDesiredState } from '../../src/wire/desired-state.ts';
import { PATHS } from '../../src/wire/protocol.ts';
import { isReleaseCode } from '../../src/wire/release-code.ts';
import { openPolicy } from '../../src/wire/signed-document.ts';

const text = readFileSync(vectorsFile, 'utf8');
const published = JSON.parse(text) as Vectors;
const keys = new Map(Object.entries(published.keys));
const keyNamed = (name: string) => {
  const key = keys.get(name);
  if (key === undefined) throw new Error(`no key ${name}`);
  return verifyingKeyOf(key.publicJwk);
};

describe('docs/protocol-vectors.json', () => {
  it('is in step with the code (node scripts/protocol-vectors.ts writes it)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(vectors())));
  });

  it.each([...keys])('has a %s key with its thumbprint', (_, { publicJwk, privateJwk, keyId, algorithm }) => {
    const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' });
    expect(createPublicKey(privateKey).export({ format: 'jwk' })).toEqual(publicJwk);
    expect(signerOf(privateKey)).toMatchObject({ keyId, algorithm });
    expect(thumbprint(publicJwk)).toBe(keyId);
  });

  it.each(published.contentDigests)('has the digest of $body', ({ body, contentDigest: expected }) => {
    expect(contentDigest(Buffer.from(body))).toBe(expected);
  });

  it.each(published.requests)('has $name, which verifies', ({ key, headers, bodyBase64, ...request }) => {
    const parameters = parseSignatureInput(headers['signature-input']);
    expect(parameters).toMatchObject({ created: request.created, counter: request.counter });
    if (parameters === undefined) return;
    const received = {
      ...request,
      contentEncoding: request.contentEncoding ?? undefined,
      body: Buffer.from(bodyBase64, 'base64'),
    };
    expect(verifyRequest(received, headers, parameters, keyNamed(key))).toBe('verified');
    const signature = Buffer.from(headers.signature.slice('beadle=:'.length, -1), 'base64');
    expect(keyNamed(key).verify(Buffer.from(request.signatureBase), signature)).toBe(true);
  });

  it('has a compressed body that can be opened', () => {
    const [compressed] = published.requests.filter(({ contentEncoding }) => contentEncoding === 'gzip');
    expect(gunzipSync(Buffer.from(compressed?.bodyBase64 ?? '', 'base64')).toString()).toBe('{}');
  });

  it('has an answer that verifies for the request it answers', () => {
    const { answers, status, body, headers, signatureBase } = published.response;
    const requestSignature = published.requests.find(({ name }) => name === answers)?.headers.signature ?? '';
    expect(verifyResponse({ status, body: Buffer.from(body), requestSignature }, headers, keyNamed('server'))).toBe(
      true,
    );
    const signature = Buffer.from(headers.signature.slice('beadle=:'.length, -1), 'base64');
    expect(keyNamed('server').verify(Buffer.from(signatureBase), signature)).toBe(true);
  });

  it('has a chain that links, over a gap', () => {
    const { device, generation, entries } = published.chain;
    let previous = GENESIS;
    for (const { sequence, body, bodyHash: hash, link, ...entry } of entries) {
      expect(entry.previous).toBe(previous);
      expect(bodyHash(Buffer.from(body))).toBe(hash);
      expect(linkOf({ previous, device, generation, sequence, bodyHash: hash })).toBe(link);
      previous = link;
    }
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 4, 5]);
  });

  it('has a digest of states', () => {
    expect(stateDigest(published.state.states)).toBe(published.state.digest);
  });

  it('has a token and its proof', () => {
    const { token, id, secret, serverKeyId, deviceKeyId, proof } = published.enrolment;
    expect(parseToken(token)).toEqual({ id, secret, serverKeyId });
    expect(enrolmentProof(secret, deviceKeyId)).toBe(proof);
    expect(serverKeyId).toBe(keyNamed('server').keyId);
  });

  it('has a policy that opens', () => {
    const { payload, jws } = published.document;
    const opened = openPolicy(jws, keyNamed('server'), {
      device: payload.device,
      atLeast: 1,
      now: Date.parse(payload.issuedAt),
    });
    expect(opened).toEqual(payload);
  });

  it('has a desired state that opens, and is a line of the stream', () => {
    const { payload, jws, streamLine } = published.desiredState;
    const expected = { device: payload.device, atLeast: payload.version };
    expect(openDesiredState(jws, keyNamed('server'), expected)).toEqual(payload);
    expect(openDesiredState(jws, keyNamed('device'), expected)).toBe('signature-differs');
    expect(JSON.parse(streamLine)).toEqual({ document: jws });
  });

  it.each(published.release.typed)('has $text, which ends what it is for: $isCode', async ({ text: typed, isCode }) => {
    expect(await isReleaseCode(typed, published.release)).toBe(isCode);
  });

  it('has a report of effects of its form', () => {
    const report = published.requests.find(({ path }) => path === PATHS.effects);
    const body: unknown = JSON.parse(Buffer.from(report?.bodyBase64 ?? '', 'base64').toString());
    expect(Value.Check(EffectsReport, body)).toBe(true);
  });
});
