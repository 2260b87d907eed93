import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { type EffectsReport, PATHS, publicJwkOf, signerOf, signResponse, verifyingKeyOf } from '@beadle/shared';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createWorld, seededRandom } from '../../../../test/support/clock.ts';
import { EffectsUplink } from '../../src/uplink/effects.ts';
import type { TransportRequest } from '../../src/uplink/transport.ts';

const deviceKey = generateKeyPairSync('ed25519').privateKey;
const serverKey = generateKeyPairSync('ed25519').privateKey;
const jwk = publicJwkOf(createPublicKey(serverKey));
const NO_SIGNAL = new AbortController().signal;

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly key?: typeof serverKey;
}

/** Reports 1, 2, 3 waiting for a server whose answers are these, in turn. */
function waiting(answers: readonly Answer[]) {
  const queue = [1, 2, 3].map((version): EffectsReport => ({ protocol: 1, version, effects: [], refused: [] }));
  const sent: number[] = [];
  let [count, last] = [0, 0];
  const send = async ({ headers, body, path }: TransportRequest) => {
    const { status, body: value = {}, key = serverKey } = answers[count] ?? { status: 503 };
    count += 1;
    expect(path).toBe(PATHS.effects);
    sent.push((JSON.parse(Buffer.from(body).toString()) as EffectsReport).version);
    const bytes = Buffer.from(JSON.stringify(value));
    const signable = { status, body: bytes, requestSignature: headers['signature'] ?? '' };
    return { status, headers: { ...signResponse(signable, signerOf(key), 1) }, body: bytes };
  };
  const enrolment = {
    device: 'd',
    assetTag: 'A',
    generation: 1,
    organisation: 'O',
    protocol: 1,
    enrolledAt: '',
    server: 'https://beadle.example',
    serverKey: jwk,
  };
  const uplink = new EffectsUplink({
    transport: { send, close: () => Promise.resolve() },
    clock: createWorld().clock(),
    random: seededRandom('effects'),
    log: pino({ level: 'silent' }),
    identity: { enrolment, signer: signerOf(deviceKey), serverKey: verifyingKeyOf(jwk) },
    counter: { read: () => last, write: (value) => void (last = value) },
    next: () => (queue[0] === undefined ? undefined : { report: queue[0] }),
    acknowledged: () => void queue.shift(),
    wait: () => Promise.resolve(),
  });
  return { uplink, sent, left: () => queue.map(({ version }) => version), counter: () => last };
}

describe('reports of effects', () => {
  it('go in their order until the server has all of them', async () => {
    const device = waiting([{ status: 200 }, { status: 200 }, { status: 200 }]);
    await device.uplink.once(NO_SIGNAL);
    expect([device.sent, device.left()]).toEqual([[1, 2, 3], []]);
  });

  it.each([
    ['a refusal', { status: 503 }],
    ['an answer that the server has not signed', { status: 200, key: deviceKey }],
  ])('are kept over %s, and sent again', async (_what, answer) => {
    const device = waiting([{ status: 200 }, answer, { status: 200 }, { status: 200 }]);
    expect(await device.uplink.once(NO_SIGNAL)).toBeLessThan(10_000);
    expect(device.left()).toEqual([2, 3]);
    await device.uplink.once(NO_SIGNAL);
    expect([device.sent, device.left()]).toEqual([[1, 2, 2, 3], []]);
  });

  it('are sent again at once where only the counter was too low', async () => {
    const low = { status: 409, body: { code: 'counter-too-low', lastCounter: 2 ** 50 } };
    const device = waiting([low, { status: 200 }, { status: 200 }, { status: 200 }]);
    await device.uplink.once(NO_SIGNAL);
    expect(device.left()).toEqual([]);
    expect(device.counter()).toBeGreaterThan(2 ** 50);
  });
});
