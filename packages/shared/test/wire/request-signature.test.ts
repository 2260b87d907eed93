import fc from 'fast-check';
import { verifySignature } from 'http-message-sig';
import { describe, expect, it } from 'vitest';
import {
  parseSignatureInput,
  type RequestSignatureHeaders,
  SERVER_KEY_HEADER,
  type SignableRequest,
  signRequest,
  verifyRequest,
} from '../../src/wire/request-signature.ts';
import { newEd25519, newP256, type Pair } from './keys-of-tests.ts';

const request: SignableRequest = {
  method: 'POST',
  authority: 'beadle.example.gov.uk',
  path: '/agent/v1/check-ins',
  query: '?',
  contentEncoding: 'gzip',
  serverKey: 'k'.repeat(43),
  body: Buffer.from('body'),
};
const at = { created: 1_795_348_800, counter: 1_795_348_800_000 };
const ed25519 = newEd25519();
const p256 = newP256();

/** As a server verifies: by what arrived alone. */
function verified(received: SignableRequest, headers: RequestSignatureHeaders, key: Pair) {
  const parameters = parseSignatureInput(headers['signature-input']);
  return parameters === undefined ? 'not-of-the-profile' : verifyRequest(received, headers, parameters, key.verifying);
}

describe.each([
  ['Ed25519', ed25519, newEd25519()],
  ['P-256', p256, newP256()],
])('a request signed with %s', (_, pair, other) => {
  const headers = signRequest(request, pair.signer, at);

  it('is verified, and carries its counter', () => {
    expect(verified(request, headers, pair)).toBe('verified');
    expect(parseSignatureInput(headers['signature-input'])).toEqual({
      ...at,
      algorithm: pair.signer.algorithm,
      keyId: pair.signer.keyId,
    });
  });

  it('is verified whatever is in it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '.', '_', '~', '/', ':'), minLength: 1 });
    const requests = fc.record({
      method: fc.constantFrom('POST', 'GET'),
      authority: word,
      path: word.map((text) => `/${text}`),
      query: word.map((text) => `?${text}`),
      contentEncoding: fc.constantFrom('zstd', 'gzip', undefined),
      serverKey: fc.constantFrom('k'.repeat(43), undefined),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    const counters = fc.record({
      created: fc.integer({ min: 0, max: 999_999_999_999 }),
      counter: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(
      fc.property(requests, counters, (any, when) => {
        expect(verified(any, signRequest(any, pair.signer, when), pair)).toBe('verified');
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, Partial<SignableRequest>]>([
    ['method', { method: 'PUT' }],
    ['authority', { authority: 'evil.example' }],
    ['path', { path: '/agent/v1/enrolments' }],
    ['query', { query: '?a=1' }],
    ['encoding', { contentEncoding: 'zstd' }],
    ['encoding, taken away', { contentEncoding: undefined }],
    ['key of the server', { serverKey: 'l'.repeat(43) }],
    ['key of the server, taken away', { serverKey: undefined }],
    ['body', { body: Buffer.from('bodY') }],
  ])('is refused where another %s arrived', (_what, change) => {
    expect(verified({ ...request, ...change }, headers, pair)).not.toBe('verified');
  });

  it('is refused where the body and its digest were changed together', () => {
    const body = Buffer.from('another');
    const digest = signRequest({ ...request, body }, other.signer, at)['content-digest'];
    expect(verified({ ...request, body }, { ...headers, 'content-digest': digest }, pair)).toBe('signature-differs');
  });

  it('is refused by another key, and with another key named', () => {
    expect(verified(request, headers, other)).toBe('signature-differs');
    const renamed = headers['signature-input'].replace(pair.signer.keyId, other.signer.keyId);
    expect(verified(request, { ...headers, 'signature-input': renamed }, pair)).toBe('signature-differs');
    expect(verified(request, { ...headers, 'signature-input': renamed }, other)).toBe('signature-differs');
  });

  it('is refused where any one character of a header has changed', () => {
    const names = ['content-digest', 'signature-input', 'signature'] as const;
    const characters = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), characters, (name, position, character) => {
        const index = position % headers[name].length;
        fc.pre(headers[name][index] !== character);
        const changed = headers[name].slice(0, index) + character + headers[name].slice(index + 1);
        expect(verified(request, { ...headers, [name]: changed }, pair)).not.toBe('verified');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the profile is refused in any other form', () => {
  const headers = signRequest(request, ed25519.signer, at);
  const input = headers['signature-input'];

  it.each([
    ['another label', input.replace('beadle=', 'sig1=')],
    ['two labels', `${input}, ${input.replace('beadle=', 'sig2=')}`],
    ['another order of components', input.replace('"@method" "@authority"', '"@authority" "@method"')],
    ['a component less', input.replace(' "@query"', '')],
    ['a component more', input.replace('"content-encoding"', '"content-encoding" "date"')],
    ['a component twice', input.replace('"@method"', '"@method" "@method"')],
    ['another order of parameters', input.replace(/(;created=\d+)(;nonce="\d+")/, '$2$1')],
    ['an extra parameter', `${input};expires=1795349999`],
    ['a parameter less', input.replace(/;tag="[^"]+"/, '')],
    ['another tag', input.replace('beadle-1', 'beadle-2')],
    ['no algorithm', input.replace(/;alg="[^"]+"/, '')],
    ["the other kind's algorithm", input.replace('"ed25519"', '"ecdsa-p256-sha256"')],
    ['an algorithm with a shared secret', input.replace('"ed25519"', '"hmac-sha256"')],
    ['a counter in words', input.replace(/nonce="\d+"/, 'nonce="x"')],
    ['a counter with a zero before it', input.replace('nonce="', 'nonce="0')],
    ['a counter beyond whole numbers', input.replace(/nonce="\d+"/, 'nonce="9999999999999999"')],
    ['a time with a zero before it', input.replace('created=', 'created=0')],
    ['a time before the epoch', input.replace('created=', 'created=-')],
    ['white space', input.replace(';created', '; created')],
    ['a line break', `${input}\n`],
    ['nothing', ''],
  ])('with %s', (_, changed) => {
    expect(verified(request, { ...headers, 'signature-input': changed }, ed25519)).not.toBe('verified');
  });

  it.each([
    ['another digest', { 'content-digest': headers['content-digest'].replace('sha-256', 'sha-512') }],
    ['two digests', { 'content-digest': `${headers['content-digest']}, sha-512=:AA==:` }],
    ['two signatures', { signature: `${headers.signature}, sig2=:AA==:` }],
    [
      'a signature in another spelling',
      {
        signature: headers.signature.replace(
          /[AQgw]==:$/,
          (end) => `${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[end[0] ?? '']}==:`,
        ),
      },
    ],
    ['no signature', { signature: '' }],
  ])('with %s', (_, change) => {
    expect(verified(request, { ...headers, ...change }, ed25519)).not.toBe('verified');
  });

  it('and what carries another counter is another signature', () => {
    const counters = [1, 2].map((counter) => signRequest(request, ed25519.signer, { ...at, counter }));
    expect(counters[0]?.signature).not.toBe(counters[1]?.signature);
    const mixed = { ...headers, 'signature-input': counters[0]?.['signature-input'] ?? '' };
    expect(verified(request, mixed, ed25519)).toBe('signature-differs');
  });
});

describe('another implementation of RFC 9421', () => {
  it.each([
    ['ed25519', ed25519, undefined],
    ['ed25519', ed25519, 'gzip'],
    ['ecdsa-p256-sha256', p256, 'zstd'],
  ] as const)('verifies our signature with %s', async (algorithm, pair, contentEncoding) => {
    const sent = { ...request, contentEncoding };
    const signed = signRequest(sent, pair.signer, at);
    const received = new Request(`https://${sent.authority}${sent.path}`, {
      method: sent.method,
      headers: {
        ...signed,
        ...(contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding }),
        [SERVER_KEY_HEADER]: 'k'.repeat(43),
      },
      body: Buffer.from(sent.body),
    });
    const components = ['@method', '@authority', '@path', '@query', 'content-digest'];
    const result = await verifySignature(received, {
      policy: {
        algorithms: [algorithm],
        requiredComponents: [
          ...components,
          ...(contentEncoding === undefined ? [] : ['content-encoding']),
          SERVER_KEY_HEADER,
        ],
        requiredParameters: ['created', 'nonce', 'alg', 'keyid', 'tag'],
        maxAge: 300,
        clockSkew: 5,
        now: at.created + 10,
      },
      resolveVerifier: () => ({
        algorithm,
        verify: (data: Uint8Array, signature: Uint8Array) => pair.verifying.verify(data, signature),
      }),
    });
    expect(result).toMatchObject({ label: 'beadle', algorithm });
  });
});
