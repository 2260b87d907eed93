import fc from 'fast-check';
import { component, verifySignature } from 'http-message-sig';
import { describe, expect, it } from 'vitest';
import { signRequest } from '../../src/wire/request-signature.ts';
import { type SignableResponse, signResponse, verifyResponse } from '../../src/wire/response-signature.ts';
import { newEd25519, newP256, type Pair } from './keys-of-tests.ts';

const device = newEd25519();
const signedRequest = (counter: number) =>
  signRequest(
    {
      method: 'POST',
      authority: 'b.example',
      path: '/',
      query: '?',
      contentEncoding: undefined,
      body: Buffer.alloc(0),
    },
    device.signer,
    { created: 1, counter },
  );
const asked = signedRequest(1);
const response: SignableResponse = { status: 200, body: Buffer.from('{"ok":true}'), requestSignature: asked.signature };
const CREATED = 1_795_348_800;

describe.each<[string, Pair, Pair]>([
  ['Ed25519', newEd25519(), newEd25519()],
  ['P-256', newP256(), newP256()],
])('an answer signed with %s', (_, server, other) => {
  const headers = signResponse(response, server.signer, CREATED);

  it('is verified for the request that it answers', () => {
    expect(verifyResponse(response, headers, server.verifying)).toBe(true);
  });

  it.each<[string, Partial<SignableResponse>]>([
    ['another request', { requestSignature: signedRequest(2).signature }],
    ['another status', { status: 201 }],
    ['another body', { body: Buffer.from('{"ok":false}') }],
  ])('is refused for %s', (_what, change) => {
    expect(verifyResponse({ ...response, ...change }, headers, server.verifying)).toBe(false);
  });

  it('is refused by another key', () => {
    expect(verifyResponse(response, headers, other.verifying)).toBe(false);
  });

  it.each(['content-digest', 'signature-input', 'signature'] as const)('is refused without its %s', (name) => {
    expect(verifyResponse(response, { ...headers, [name]: undefined }, server.verifying)).toBe(false);
  });

  it('is refused where any one character of a header has changed', () => {
    const names = ['content-digest', 'signature-input', 'signature'] as const;
    const characters = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), characters, (name, position, character) => {
        const index = position % headers[name].length;
        fc.pre(headers[name][index] !== character);
        const changed = headers[name].slice(0, index) + character + headers[name].slice(index + 1);
        expect(verifyResponse(response, { ...headers, [name]: changed }, server.verifying)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is verified by another implementation of RFC 9421', async () => {
    const fields = (from: object) => Object.entries(from).map(([name, value]) => ({ name, value: String(value) }));
    const request = {
      kind: 'request',
      method: 'POST',
      targetUri: 'https://b.example/',
      fields: fields(asked),
    } as const;
    const related = component('signature', { req: true, key: 'beadle' });
    const result = await verifySignature({ kind: 'response', status: 200, fields: fields(headers), request } as never, {
      policy: {
        algorithms: [server.signer.algorithm],
        requiredComponents: ['@status', 'content-digest', related],
        requiredParameters: ['created', 'alg', 'keyid', 'tag'],
        maxAge: 300,
        clockSkew: 5,
        now: CREATED,
      },
      resolveVerifier: () => ({
        algorithm: server.signer.algorithm,
        verify: (data: Uint8Array, signature: Uint8Array) => server.verifying.verify(data, signature),
      }),
    });
    expect(result).toMatchObject({ label: 'beadle' });
  });
});
