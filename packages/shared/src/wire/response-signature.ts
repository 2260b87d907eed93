import { contentDigest } from './content-digest.ts';
import type { Signer, VerifyingKey } from './keys.ts';
import { LABEL, SIGNATURE, TAG } from './request-signature.ts';

/**
 * The server signs each answer to a device, bound to the request's own signature (RFC 9421, 2.4), so that a proxy can
 * neither invent an answer nor keep one for later.
 */
export interface SignableResponse {
  readonly status: number;
  readonly body: Uint8Array;
  /** The `Signature` header of the request that is answered. */
  readonly requestSignature: string;
}

export interface ResponseSignatureHeaders {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

const COMPONENTS = '"@status" "content-digest" "signature";req;key="beadle"';

function signatureBase(response: SignableResponse, digest: string, parameters: string): Buffer {
  const requestMember = response.requestSignature.slice(`${LABEL}=`.length);
  const lines = [
    `"@status": ${response.status}`,
    `"content-digest": ${digest}`,
    `"signature";req;key="beadle": ${requestMember}`,
    `"@signature-params": ${parameters}`,
  ];
  return Buffer.from(lines.join('\n'));
}

const parametersText = (created: number, key: Pick<Signer, 'algorithm' | 'keyId'>) =>
  `(${COMPONENTS});created=${created};alg="${key.algorithm}";keyid="${key.keyId}";tag="${TAG}"`;

/** `created` is the server's time in seconds since the epoch. */
export function signResponse(response: SignableResponse, signer: Signer, created: number): ResponseSignatureHeaders {
  const digest = contentDigest(response.body);
  const parameters = parametersText(created, signer);
  const signature = Buffer.from(signer.sign(signatureBase(response, digest, parameters))).toString('base64');
  return {
    'content-digest': digest,
    'signature-input': `${LABEL}=${parameters}`,
    signature: `${LABEL}=:${signature}:`,
  };
}

const CREATED = /;created=(\d{1,12});/;

/** Whether the server whose key was pinned gave this answer to this request. */
export function verifyResponse(
  response: SignableResponse,
  headers: Readonly<Partial<Record<keyof ResponseSignatureHeaders, string | undefined>>>,
  key: VerifyingKey,
): boolean {
  const digest = contentDigest(response.body);
  const created = CREATED.exec(headers['signature-input'] ?? '')?.[1];
  const signature = SIGNATURE.exec(headers.signature ?? '')?.[1];
  if (headers['content-digest'] !== digest || created === undefined || signature === undefined) return false;
  const parameters = parametersText(Number(created), key);
  if (headers['signature-input'] !== `${LABEL}=${parameters}`) return false;
  return key.verify(signatureBase(response, digest, parameters), Buffer.from(signature, 'base64'));
}
