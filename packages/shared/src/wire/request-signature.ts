import type { Signer, VerifyingKey } from './keys.ts';
import { contentDigest } from './content-digest.ts';

/**
 * HTTP message signatures (RFC 9421) in one strict profile: one label, fixed components in a fixed order, fixed
 * parameters in a fixed order; anything else is refused. `nonce` carries the device's counter, which only rises, so that
 * a repeat is recognised whatever the clocks say (invariant 5); `created` is the device's clock and decides nothing.
 */
export const LABEL = 'beadle';
export const TAG = 'beadle-1';

export interface SignableRequest {
  readonly method: string;
  /** The server's public origin as host and port, not what a proxy wrote into `Host`. */
  readonly authority: string;
  /** The path without the query. */
  readonly path: string;
  /** The query with its `?`; `?` alone where there is none (RFC 9421, 2.2.7). */
  readonly query: string;
  readonly contentEncoding: string | undefined;
  /** The `Beadle-Server-Key` header: the id of the key that the device holds to; the answer is to be signed by it. */
  readonly serverKey?: string | undefined;
  readonly body: Uint8Array;
}

export interface RequestSignatureHeaders {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

export const SERVER_KEY_HEADER = 'beadle-server-key';

export interface SignatureParameters {
  /** Seconds since the epoch by the device's clock. */
  readonly created: number;
  /** Rises with every request of a device: the larger of the last one plus one and its clock in milliseconds. */
  readonly counter: number;
  readonly algorithm: string;
  readonly keyId: string;
}

type Optional = Pick<SignableRequest, 'contentEncoding' | 'serverKey'>;

/** The headers that are signed where a request has them, in their order. */
const optionalOf = ({ contentEncoding, serverKey }: Optional): (readonly [string, string])[] => [
  ...(contentEncoding === undefined ? [] : [['content-encoding', contentEncoding] as const]),
  ...(serverKey === undefined ? [] : [[SERVER_KEY_HEADER, serverKey] as const]),
];

const COMPONENTS = ['@method', '@authority', '@path', '@query', 'content-digest'];
const componentsOf = (request: Optional): string =>
  [...COMPONENTS, ...optionalOf(request).map(([name]) => name)].map((name) => `"${name}"`).join(' ');

const parametersText = (request: Optional, p: SignatureParameters) =>
  `(${componentsOf(request)});created=${p.created};nonce="${p.counter}";alg="${p.algorithm}";keyid="${p.keyId}";tag="${TAG}"`;

function signatureBase(request: SignableRequest, digest: string, parameters: string): Buffer {
  const lines = [
    `"@method": ${request.method}`,
    `"@authority": ${request.authority}`,
    `"@path": ${request.path}`,
    `"@query": ${request.query}`,
    `"content-digest": ${digest}`,
    ...optionalOf(request).map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${parameters}`,
  ];
  return Buffer.from(lines.join('\n'));
}

export function signRequest(
  request: SignableRequest,
  signer: Signer,
  at: { readonly created: number; readonly counter: number },
): RequestSignatureHeaders {
  const digest = contentDigest(request.body);
  const parameters = parametersText(request, { ...at, algorithm: signer.algorithm, keyId: signer.keyId });
  const signature = Buffer.from(signer.sign(signatureBase(request, digest, parameters))).toString('base64');
  return {
    'content-digest': digest,
    'signature-input': `${LABEL}=${parameters}`,
    signature: `${LABEL}=:${signature}:`,
  };
}

const INPUT =
  /^beadle=\([^)]{1,200}\);created=(\d{1,12});nonce="(\d{1,16})";alg="(ed25519|ecdsa-p256-sha256)";keyid="([A-Za-z0-9_-]{43})";tag="beadle-1"$/;
/** 64 bytes in their one spelling: the spare bits of the last character are zero. */
export const SIGNATURE = /^beadle=:([A-Za-z0-9+/]{85}[AQgw]==):$/;

/** The parameters of a `Signature-Input`, or undefined where it is not of the profile. Proves nothing yet. */
export function parseSignatureInput(header: string): SignatureParameters | undefined {
  const [, created, counter, algorithm, keyId] = INPUT.exec(header) ?? [];
  if (created === undefined || counter === undefined || algorithm === undefined || keyId === undefined)
    return undefined;
  const parameters = { created: Number(created), counter: Number(counter), algorithm, keyId };
  return Number.isSafeInteger(parameters.counter) ? parameters : undefined;
}

export type RequestVerification = 'verified' | 'digest-differs' | 'signature-differs';

/**
 * Verifies a request over its received bytes. The key is the one registered for `keyid`, and its algorithm counts, not
 * the one that the message names. Whoever calls must still hold the counter against the last one.
 */
export function verifyRequest(
  request: SignableRequest,
  headers: RequestSignatureHeaders,
  parameters: SignatureParameters,
  key: VerifyingKey,
): RequestVerification {
  const digest = contentDigest(request.body);
  if (headers['content-digest'] !== digest) return 'digest-differs';
  const text = parametersText(request, { ...parameters, algorithm: key.algorithm, keyId: key.keyId });
  const signature = SIGNATURE.exec(headers.signature)?.[1];
  if (headers['signature-input'] !== `${LABEL}=${text}` || signature === undefined) return 'signature-differs';
  const genuine = key.verify(signatureBase(request, digest, text), Buffer.from(signature, 'base64'));
  return genuine ? 'verified' : 'signature-differs';
}
