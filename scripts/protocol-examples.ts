import { createECDH, createPrivateKey, hash, type KeyObject } from 'node:crypto';
import { bodyHash, GENESIS, linkOf, stateDigest } from '../packages/shared/src/index.ts';

/** What the protocol's test vectors are made of: keys, a device, findings, states and a policy. All invented. */

/** Test keys come from public words, so that nobody takes them for secrets. */
const seed = (words: string) => hash('sha256', `beadle test key, never to be used: ${words}`, 'buffer');

function ed25519(words: string): KeyObject {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(words)]);
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}

function p256(words: string): KeyObject {
  const curve = createECDH('prime256v1');
  const d = seed(words);
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: d.toString('base64url') },
    format: 'jwk',
  });
}

export const KEYS = { device: ed25519('device'), deviceWithTpm: p256('device with a TPM'), server: ed25519('server') };

export const DEVICE = '0193f5a0-6c00-7000-8000-000000000001';
export const AT = '2026-11-22T12:00:00.000Z';
const salt = (n: number) => Buffer.alloc(16, n).toString('base64url');

const finding = {
  salt: salt(1),
  rule: 'laptop-encryption',
  clause: '5.9',
  check: 'disk-encryption',
  subject: 'C:',
  kind: 'state',
  at: AT,
  verdict: 'fail',
  severity: 'critical',
  observed: { state: 'off', percent: 0 },
  policyVersion: '2026.1',
};
const later = {
  ...finding,
  salt: salt(2),
  at: '2026-11-22T13:00:00.000Z',
  verdict: 'pass',
  observed: { state: 'on' },
};

const STATES = [
  { rule: 'patches', subject: 'device', verdict: 'unknown', policyVersion: '2026.1' },
  { rule: 'laptop-encryption', subject: 'C:', verdict: 'pass', policyVersion: '2026.1' },
  { rule: 'home-printing', subject: 'Bürodrucker "3\\4"', verdict: 'pass', policyVersion: '2026.1' },
];

/** Three bodies: a finding, the gap that follows it, and the finding behind the gap. */
export function chainVector() {
  const entries: { sequence: number; body: string; bodyHash: string; previous: string; link: string }[] = [];
  const append = (sequence: number, value: unknown) => {
    const body = JSON.stringify(value);
    const previous = entries.at(-1)?.link ?? GENESIS;
    const entry = { previous, device: DEVICE, generation: 1, sequence, bodyHash: bodyHash(Buffer.from(body)) };
    entries.push({ sequence, body, bodyHash: entry.bodyHash, previous, link: linkOf(entry) });
    return entries.at(-1)?.link;
  };
  const lastLink = append(1, finding);
  append(4, { salt: salt(3), at: AT, gap: { from: 2, to: 4, lastLink, cause: 'bound-reached', lost: 3 } });
  append(5, later);
  return { device: DEVICE, generation: 1, entries };
}

/** The chain above as one check-in. */
export function checkInBody(): Buffer {
  const { entries } = chainVector();
  const header = {
    protocol: 1,
    generation: 1,
    sentAt: AT,
    previous: { sequence: 0, link: GENESIS },
    state: { sequence: 5, digest: stateVector().digest },
    agent: {
      version: '0.1.0',
      platform: 'win32',
      release: '10.0.22631',
      outbox: { pending: 3, bytes: 900, dropped: 0 },
    },
    policySerial: 3,
    onCouncilNetwork: null,
    facts: {},
  };
  return Buffer.from([JSON.stringify(header), ...entries.map(({ body }) => body), ''].join('\n'));
}

export function stateVector() {
  return { states: STATES, digest: stateDigest(STATES) };
}

export const POLICY_PAYLOAD = {
  device: DEVICE,
  organisation: 'Example Council',
  serial: 3,
  issuedAt: AT,
  endsAt: '2027-02-22T12:00:00.000Z',
  register: { assetTag: 'T-1', serialNumber: 'S1', kind: 'laptop', population: null, groups: [], sticks: null },
  policies: [
    {
      from: '2026-11-01T00:00:00.000Z',
      policy: {
        beadlePolicy: 1,
        title: 'Example',
        organisation: 'Example Council',
        version: '2026.1',
        effectiveFrom: '2026-11-01',
        reviewBy: '2027-11-01',
        reportTo: 'information-security-team-leader',
        rules: [],
      },
    },
  ],
  authorisations: [
    {
      ref: 'AU-2026-000012',
      kind: 'business-continuity-stick',
      validFrom: AT,
      validTo: '2026-12-22T12:00:00.000Z',
      scope: { sticks: ['AA04012700007'], encryptedOnly: true },
    },
  ],
};
