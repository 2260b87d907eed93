import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thumbprint, publicJwkOf } from '@beadle/shared';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFleetEnrolment } from '../../src/enrolment/fleet.ts';
import { readWaiting, waitingKey } from '../../src/identity/waiting.ts';
import type { TransportResponse } from '../../src/uplink/transport.ts';
import { createWorld, seededRandom } from '../../../../test/support/clock.ts';

const SERVER = 'http://127.0.0.1:8420';
const token = `beadle1.${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}`;
const about = { serialNumber: 'SN-1', platform: 'linux', release: '6.1', agentVersion: '0', name: 'LAPTOP' } as const;
const never = new AbortController().signal;

let data: string;
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'beadle-fleet-'))));
afterEach(() => rmSync(data, { recursive: true }));

/** What nobody has signed: an answer of a proxy, or none. */
const answering = (answer: Partial<TransportResponse> | undefined) =>
  createFleetEnrolment({
    data,
    server: SERVER,
    token,
    clock: createWorld().clock(),
    random: seededRandom('fleet'),
    log: pino({ level: 'silent' }),
    about: async () => about,
    spent: () => expect.fail('it was not enrolled'),
    transport: () => ({
      send: async () => {
        if (answer === undefined) throw new Error('ECONNREFUSED');
        return { status: 200, headers: {}, body: Buffer.from('{}'), ...answer };
      },
      close: async () => undefined,
    }),
  });

describe('a laptop that enrols itself', () => {
  it('asks with one key, which stays over a restart and which nobody else can read', async () => {
    await answering(undefined)(never);
    const keyId = thumbprint(publicJwkOf(waitingKey(data)));
    await answering(undefined)(never);
    expect(thumbprint(publicJwkOf(waitingKey(data)))).toBe(keyId);
    expect(statSync(join(data, 'identity/waiting-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('backs off where nobody answers, to an hour at the most, and says so', async () => {
    const once = answering(undefined);
    const pauses: number[] = [];
    for (let count = 0; count < 14; count += 1) pauses.push(await once(never));
    expect(pauses[0]).toBeLessThanOrEqual(10_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3_600_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1_800_000);
    expect(readWaiting(data)).toMatchObject({ state: 'not-asked', detail: expect.stringContaining('does not answer') });
  });

  it('believes nothing that the server has not signed: it is delayed by an hour and a half at the most', async () => {
    const body = Buffer.from(JSON.stringify({ decision: 'refused', detail: 'Go away.' }));
    const pause = await answering({ status: 403, headers: { 'retry-after': '86400' }, body })(never);
    expect(pause).toBeLessThanOrEqual(5_400_000);
    expect(readWaiting(data)).toMatchObject({ state: 'not-valid', detail: 'Go away.' });
    await answering({ status: 201 })(never);
    expect(readWaiting(data)).toMatchObject({ state: 'not-asked', detail: expect.stringContaining('pretending') });
  });

  it('keeps since when it stands so, and asks nothing once it is stopped', async () => {
    const once = answering(undefined);
    await once(never);
    const { since } = readWaiting(data) ?? {};
    await once(never);
    expect(readWaiting(data)?.since).toBe(since);
    await expect(answering(undefined)(AbortSignal.abort())).resolves.toBeGreaterThan(0);
  });
});
