import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDigest } from '../../src/wire/content-digest.ts';
import {
  parseSignatureInput,
  type SignableRequest,
  type SignatureParameters,
  signRequest,
  verifyRequest,
} from '../../src/wire/request-signature.ts';
import { signResponse, verifyResponse } from '../../src/wire/response-signature.ts';
import { newEd25519 } from './keys-of-tests.ts';

const pair = newEd25519();
const body = Buffer.from('{}');
const request: SignableRequest = {
  method: 'POST',
  authority: 'beadle.example',
  path: '/agent/v1/check-ins',
  query: '?',
  contentEncoding: undefined,
  body,
};
const parameters: SignatureParameters = { created: 1, counter: 2, algorithm: 'ed25519', keyId: pair.signer.keyId };
const genuine = signRequest(request, pair.signer, parameters);

/** What structured fields (RFC 9651) are made of, and what a lenient parser takes for the same. */
const PIECES = [
  'beadle=',
  'BEADLE=',
  'other=',
  ':',
  '::',
  '"',
  "'",
  '(',
  ')',
  ',',
  ';',
  '=',
  '=?1',
  ' ',
  '\t',
  '\r\n',
  '\u0000',
  'sha-256',
  'sha-512',
  'SHA-256',
  'created=1',
  'created=-1',
  'created=1e9',
  'created=01',
  'nonce="2"',
  'nonce=2',
  'alg="ed25519"',
  'alg="none"',
  'tag="beadle-1"',
  ';req',
  '"@method"',
  '"@path"',
  'AAAA',
  '====',
  'é',
  '\uD800',
  ...Object.values(genuine),
  contentDigest(body),
  contentDigest(Buffer.from('{"a":1}')),
];
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const headers = fc.record({ 'content-digest': value, 'signature-input': value, signature: value });
const names = ['content-digest', 'signature-input', 'signature'] as const;
const isGenuine = (given: Record<string, string>, real: Record<string, string>): boolean =>
  names.every((name) => given[name] === real[name]);

describe('headers that anybody may have made', () => {
  it('name parameters only in the one spelling in which they are signed', () => {
    fc.assert(
      fc.property(value, (header) => {
        const parsed = parseSignatureInput(header);
        if (parsed === undefined) return;
        const { keyId, algorithm, counter } = parsed;
        expect(header).toContain(`alg="${algorithm}";keyid="${keyId}";tag="beadle-1"`);
        expect(Number.isSafeInteger(counter)).toBe(true);
      }),
      { numRuns: 2000, examples: [[genuine['signature-input']]] },
    );
  });

  it('verify no request but as its signer made them', () => {
    fc.assert(
      fc.property(headers, (given) => {
        const outcome = verifyRequest(request, given, parameters, pair.verifying);
        expect(outcome === 'verified').toBe(isGenuine(given, { ...genuine }));
      }),
      { numRuns: 1000, examples: [[genuine]] },
    );
  });

  it('verify no answer but as the server made them', () => {
    const answer = { status: 200, body, requestSignature: genuine.signature };
    const real = signResponse(answer, pair.signer, 1);
    fc.assert(
      fc.property(headers, (given) => {
        expect(verifyResponse(answer, given, pair.verifying)).toBe(isGenuine(given, { ...real }));
      }),
      { numRuns: 1000, examples: [[real]] },
    );
  });
});
