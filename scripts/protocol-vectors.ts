import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  contentDigest,
  enrolmentProof,
  formatToken,
  GENESIS,
  parseSignatureInput,
  PATHS,
  POLICY_TYPE,
  publicJwkOf,
  type RequestSignatureHeaders,
  type SignableRequest,
  signDocument,
  signerOf,
  signRequest,
  signResponse,
  verifyingKeyOf,
  verifyRequest,
} from '../packages/shared/src/index.ts';
import { AT, chainVector, checkInBody, KEYS, POLICY_PAYLOAD, stateVector } from './protocol-examples.ts';
import { schemas } from './protocol-schemas.ts';
import { desiredStateVector, EFFECTS_REPORT, releaseVector } from './protocol-orders.ts';

/** Test vectors of the agent protocol, and the JSON Schemas of its messages, for agents in other languages. */
export const vectorsFile = join(import.meta.dirname, '../docs/protocol-vectors.json');

const keyVector = (key: KeyObject) => {
  const { keyId, algorithm } = signerOf(key);
  return { algorithm, keyId, publicJwk: publicJwkOf(key), privateJwk: key.export({ format: 'jwk' }) };
};

const AUTHORITY = 'beadle.example.gov.uk';
const AT_SECONDS = Date.parse(AT) / 1000;

/** What RFC 9421 signs, put together from the headers alone: a second hand beside the code that is tested. */
function requestBase(request: SignableRequest, headers: RequestSignatureHeaders): string {
  return [
    `"@method": ${request.method}`,
    `"@authority": ${request.authority}`,
    `"@path": ${request.path}`,
    `"@query": ${request.query}`,
    `"content-digest": ${headers['content-digest']}`,
    ...(request.contentEncoding === undefined ? [] : [`"content-encoding": ${request.contentEncoding}`]),
    ...(request.serverKey === undefined ? [] : [`"beadle-server-key": ${request.serverKey}`]),
    `"@signature-params": ${headers['signature-input'].replace('beadle=', '')}`,
  ].join('\n');
}

/** P-256 signatures differ each time: one that is there already and verifies stays. */
function signedOnce(name: string, request: SignableRequest, key: KeyObject, counter: number): RequestSignatureHeaders {
  const fresh = signRequest(request, signerOf(key), { created: AT_SECONDS, counter });
  const kept = (
    existsSync(vectorsFile) ? (JSON.parse(readFileSync(vectorsFile, 'utf8')) as Vectors) : undefined
  )?.requests.find((vector) => vector.name === name)?.headers;
  const parameters = parseSignatureInput(fresh['signature-input']);
  if (kept === undefined || parameters === undefined) return fresh;
  return verifyRequest(request, kept, parameters, verifyingKeyOf(publicJwkOf(key))) === 'verified' ? kept : fresh;
}

function requestVector(name: string, key: keyof typeof KEYS, from: Partial<SignableRequest> & { counter: number }) {
  const { counter, ...rest } = from;
  const whole = { method: 'POST', authority: AUTHORITY, path: PATHS.checkIns, query: '?', contentEncoding: undefined };
  const request: SignableRequest = { ...whole, body: checkInBody(), ...rest };
  const headers = signedOnce(name, request, KEYS[key], counter);
  const { body, contentEncoding, ...shown } = request;
  return {
    name,
    key,
    ...shown,
    contentEncoding: contentEncoding ?? null,
    bodyBase64: Buffer.from(body).toString('base64'),
    created: AT_SECONDS,
    counter,
    headers,
    signatureBase: requestBase(request, headers),
  };
}

function enrolmentVector() {
  const { keyId } = signerOf(KEYS.device);
  const token = {
    id: Buffer.alloc(16, 4).toString('base64url'),
    secret: Buffer.alloc(32, 5).toString('base64url'),
    serverKeyId: signerOf(KEYS.server).keyId,
  };
  return { token: formatToken(token), ...token, deviceKeyId: keyId, proof: enrolmentProof(token.secret, keyId) };
}

function responseVector(request: ReturnType<typeof requestVector>) {
  const [last] = chainVector().entries.slice(-1);
  const head = { sequence: last?.sequence ?? 0, link: last?.link ?? GENESIS };
  const answer = {
    protocol: 1,
    serverTime: AT,
    head,
    matched: 5,
    restate: false,
    documents: [],
    nextCheckInSeconds: 300,
  };
  const body = JSON.stringify(answer);
  const response = { status: 200, body: Buffer.from(body), requestSignature: request.headers.signature };
  const headers = signResponse(response, signerOf(KEYS.server), AT_SECONDS);
  const base = [
    '"@status": 200',
    `"content-digest": ${headers['content-digest']}`,
    `"signature";req;key="beadle": ${request.headers.signature.replace('beadle=', '')}`,
    `"@signature-params": ${headers['signature-input'].replace('beadle=', '')}`,
  ];
  return {
    answers: request.name,
    key: 'server',
    status: 200,
    body,
    created: AT_SECONDS,
    headers,
    signatureBase: base.join('\n'),
  };
}

function documentVector() {
  return {
    key: 'server',
    type: POLICY_TYPE,
    payload: POLICY_PAYLOAD,
    jws: signDocument(POLICY_PAYLOAD, POLICY_TYPE, signerOf(KEYS.server)),
  };
}

const digestOf = (body: string) => ({ body, contentDigest: contentDigest(Buffer.from(body)) });

/** One of each kind, and of each way to sign it. */
const requestVectors = (plain: ReturnType<typeof requestVector>) => [
  plain,
  requestVector('a check-in whose encoded bytes are signed', 'device', {
    contentEncoding: 'gzip',
    counter: 1_795_348_800_001,
    body: Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64'),
  }),
  requestVector('a check-in by a device whose key is in a TPM', 'deviceWithTpm', { counter: 1_795_348_800_002 }),
  requestVector('an enrolment at a server on another port', 'device', {
    authority: `${AUTHORITY}:8420`,
    path: PATHS.enrolments,
    body: Buffer.from('{}'),
    counter: 1,
  }),
  requestVector('the opening of the stream', 'device', {
    method: 'GET',
    path: PATHS.stream,
    body: Buffer.alloc(0),
    counter: 1_795_348_800_003,
  }),
  requestVector('a report of effects', 'device', {
    path: PATHS.effects,
    body: Buffer.from(JSON.stringify(EFFECTS_REPORT)),
    counter: 1_795_348_800_004,
  }),
  requestVector('a check-in that names the key of the server it holds to', 'device', {
    serverKey: signerOf(KEYS.server).keyId,
    counter: 1_795_348_800_005,
  }),
];

/** Everything in the file, made anew. */
export function vectors() {
  const plain = requestVector('a check-in without compression', 'device', { counter: 1_795_348_800_000 });
  return {
    about:
      'Test vectors of docs/protocol.md, written by scripts/protocol-vectors.ts. The keys are public: use them nowhere else.',
    protocol: 1,
    keys: {
      device: keyVector(KEYS.device),
      deviceWithTpm: keyVector(KEYS.deviceWithTpm),
      server: keyVector(KEYS.server),
    },
    contentDigests: [digestOf(''), digestOf('{"hello": "world"}')],
    requests: requestVectors(plain),
    response: responseVector(plain),
    chain: chainVector(),
    state: stateVector(),
    enrolment: enrolmentVector(),
    document: documentVector(),
    desiredState: desiredStateVector(),
    release: releaseVector(),
    schemas,
  };
}
export type Vectors = ReturnType<typeof vectors>;

if (import.meta.main) {
  writeFileSync(vectorsFile, `${JSON.stringify(vectors(), null, 2)}\n`);
  console.log('wrote docs/protocol-vectors.json');
}
