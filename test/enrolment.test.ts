import { generateKeyPairSync } from 'node:crypto';
import { CheckInAnswer, PATHS, signerOf, signRequest } from '@beadle/shared';
import Value from 'typebox/value';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDeviceKey } from '../packages/agent/src/identity/identity.ts';
import { enrol } from '../packages/agent/src/uplink/enrol.ts';
import type { Transport } from '../packages/agent/src/uplink/transport.ts';
import { arrived } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, transportTo } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

const SERVER = 'http://127.0.0.1:8420';
const about = { serialNumber: 'SN-1', platform: 'linux', release: 'test', agentVersion: '0' } as const;

let world: World;
let council: Council;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await council.ask('POST', '/api/v1/devices', { assetTag: 'DBC-1', serialNumber: 'SN-1' });
});
afterEach(() => council.close());

async function tokenFor(assetTag: string): Promise<string> {
  const { body } = await council.ask<{ token: string }>('POST', `/api/v1/devices/${assetTag}/enrolment-tokens`, {});
  return body.token;
}

const enrolWith = (
  token: string,
  options: { transport?: Transport; serialNumber?: string | null; key?: ReturnType<typeof makeDeviceKey> } = {},
) =>
  enrol(
    {
      server: SERVER,
      token,
      key: options.key ?? makeDeviceKey(),
      transport: options.transport ?? transportTo(council),
      clock: world.clock(),
      about: { ...about, ...(options.serialNumber === undefined ? {} : { serialNumber: options.serialNumber }) },
    },
    AbortSignal.timeout(5000),
  );

describe('an enrolment token', () => {
  it('enrols its device once, with an Ed25519 or a P-256 key', async () => {
    const token = await tokenFor('DBC-1');
    expect(await enrolWith(token)).toMatchObject({ assetTag: 'DBC-1', generation: 1 });
    await expect(enrolWith(token)).rejects.toThrow('has been used or has ended');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await enrolWith(await tokenFor('DBC-1'), { key: privateKey })).toMatchObject({ generation: 2 });
  });

  it('ends', async () => {
    const token = await tokenFor('DBC-1');
    world.pass(8 * 86_400_000);
    await expect(enrolWith(token)).rejects.toThrow('has been used or has ended');
  });

  it('is worth nothing where any of it has been changed', async () => {
    const token = await tokenFor('DBC-1');
    const [form, id = '', secret = '', server = ''] = token.split('.');
    const other = 'A'.repeat(43);
    await expect(enrolWith([form, id, other, server].join('.'))).rejects.toThrow('did not enrol');
    await expect(enrolWith([form, 'A'.repeat(22), secret, server].join('.'))).rejects.toThrow('did not enrol');
    await expect(enrolWith(token.slice(0, -5))).rejects.toThrow('not complete');
    expect(await enrolWith(token)).toMatchObject({ generation: 1 });
  });

  it('makes the device refuse a server whose key it does not carry', async () => {
    const [form, id, secret] = (await tokenFor('DBC-1')).split('.');
    await expect(enrolWith([form, id, secret, 'A'.repeat(43)].join('.'))).rejects.toThrow('pretending to be it');
  });

  it('is of no use to a proxy that reads the request and puts in a key of its own', async () => {
    const token = await tokenFor('DBC-1');
    const through = transportTo(council);
    const thief = makeDeviceKey();
    const proxy: Transport = {
      ...through,
      async send(request, signal) {
        const body = JSON.parse(Buffer.from(request.body).toString()) as Record<string, unknown>;
        const { x } = thief.export({ format: 'jwk' });
        const stolen = Buffer.from(JSON.stringify({ ...body, key: { kty: 'OKP', crv: 'Ed25519', x } }));
        const signed = signRequest(
          {
            method: 'POST',
            authority: '127.0.0.1:8420',
            path: request.path,
            query: '?',
            contentEncoding: undefined,
            body: stolen,
          },
          signerOf(thief),
          { created: 1, counter: 1 },
        );
        return through.send({ ...request, headers: { ...request.headers, ...signed }, body: stolen }, signal);
      },
    };
    await expect(enrolWith(token, { transport: proxy })).rejects.toThrow('did not enrol');
    expect(await enrolWith(token)).toMatchObject({ generation: 1 });
  });
});

describe('a fleet key', () => {
  const fleetKey = async (uses: number) =>
    (await council.ask<{ token: string }>('POST', '/api/v1/enrolment-tokens', { uses })).body.token;

  it('enrols registered devices by serial number, each once, as often as it says', async () => {
    await council.ask('POST', '/api/v1/devices', { assetTag: 'DBC-2', serialNumber: 'SN-2' });
    await council.ask('POST', '/api/v1/devices', { assetTag: 'DBC-3', serialNumber: 'SN-3' });
    const token = await fleetKey(2);
    expect(await enrolWith(token, { serialNumber: 'SN-1' })).toMatchObject({ assetTag: 'DBC-1' });
    for (const serialNumber of ['SN-1', 'SN-9', null])
      await expect(enrolWith(token, { serialNumber })).rejects.toThrow('ICT has been asked to approve this device');
    expect(await enrolWith(token, { serialNumber: 'SN-2' })).toMatchObject({ assetTag: 'DBC-2' });
    await expect(enrolWith(token, { serialNumber: 'SN-3' })).rejects.toThrow('has been used up');
  });
});

describe('a device that is not the machine of the server', () => {
  const remote: (through: Transport) => Transport = (through) => ({
    ...through,
    send: (request, signal) =>
      through.send({ ...request, headers: { ...request.headers, 'x-forwarded-for': '192.0.2.7' } }, signal),
  });

  it('is enrolled only once the council has recorded its assessment, the telling of staff and the consultation', async () => {
    const token = await tokenFor('DBC-1');
    const transport = remote(transportTo(council));
    await expect(enrolWith(token, { transport })).rejects.toThrow('dpiaReference');
    const { body } = await council.ask<object>('GET', '/api/v1/organisation');
    const records = {
      dpiaReference: 'DPIA-12',
      staffToldOn: '2026-10-01',
      consultationRecord: 'Minutes of 3 September 2026',
    };
    const { status } = await council.ask('PUT', '/api/v1/organisation', { ...body, ...records });
    expect(status).toBe(200);
    expect(await enrolWith(token, { transport })).toMatchObject({ generation: 1 });
  });
});

describe('a check-in that is not what the device sent', () => {
  const setUp = async () => {
    await putPolicy(council);
    const laptop = await createLaptop({ council, world, assetTag: 'DBC-9' });
    await laptop.keep(1);
    return { laptop };
  };
  const post = (headers: Record<string, string>, payload: Buffer) =>
    council.app().inject({
      method: 'POST',
      url: PATHS.checkIns,
      headers: { host: '127.0.0.1:8420', 'content-type': 'application/x-ndjson', ...headers },
      payload,
    });

  it('is refused unless its key signed exactly these bytes, this address and this path', async () => {
    const { laptop } = await setUp();
    const { signer } = await laptop.running(({ identity }) => identity);
    const body = Buffer.from('{}\n');
    const request = {
      method: 'POST',
      authority: '127.0.0.1:8420',
      path: PATHS.checkIns,
      query: '?',
      contentEncoding: undefined,
      body,
    };
    const sign = (change: object) => ({
      ...signRequest({ ...request, ...change }, signer, { created: 1, counter: 9e12 }),
    });
    const refused = [
      await post({}, body),
      await post(sign({ body: Buffer.from('[]\n') }), body),
      await post(sign({ authority: 'other.example' }), body),
      await post(sign({ path: '/agent/v1/enrolments' }), body),
      await post(sign({ contentEncoding: 'zstd' }), body),
      await post({ ...sign({}), signature: 'beadle=:AAAA:' }, body),
    ];
    expect(refused.map(({ statusCode }) => statusCode)).toEqual(refused.map(() => 401));
    expect((await post(sign({}), body)).statusCode).toBe(400);
    laptop.close();
  });

  it("is refused where it is sent a second time, and the last counter is told under the server's signature", async () => {
    const { laptop } = await setUp();
    const { signer, enrolment } = await laptop.running(({ identity }) => identity);
    const header = {
      protocol: 1,
      generation: enrolment.generation,
      sentAt: '2026-11-23T09:00:00.000Z',
      previous: { sequence: 0, link: '0'.repeat(64) },
      state: { sequence: 99, digest: '0'.repeat(64) },
      agent: { version: '0', platform: 'linux', release: '0', outbox: { pending: 0, bytes: 0, dropped: 0 } },
      policySerial: 0,
      onCouncilNetwork: null,
      facts: {},
    };
    const body = zstdCompressSync(Buffer.from(`${JSON.stringify(header)}\n`));
    const signed = signRequest(
      { method: 'POST', authority: '127.0.0.1:8420', path: PATHS.checkIns, query: '?', contentEncoding: 'zstd', body },
      signer,
      { created: 1, counter: 5 },
    );
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'zstd', ...signed };
    const [first, second] = [await post({ ...headers }, body), await post({ ...headers }, body)];
    expect(Value.Check(CheckInAnswer, first.json())).toBe(true);
    expect(second.statusCode).toBe(409);
    expect(second.json()).toMatchObject({ code: 'counter-too-low', lastCounter: 5 });
    expect(second.headers['signature']).toMatch(/^beadle=:/);
    laptop.close();
  });

  it('ends at the limit where it unpacks to more than is read', async () => {
    const { laptop } = await setUp();
    const { signer } = await laptop.running(({ identity }) => identity);
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    const signed = signRequest(
      {
        method: 'POST',
        authority: '127.0.0.1:8420',
        path: PATHS.checkIns,
        query: '?',
        contentEncoding: 'zstd',
        body: bomb,
      },
      signer,
      { created: 1, counter: 6 },
    );
    const answer = await post({ 'content-encoding': 'zstd', ...signed }, bomb);
    expect(answer.statusCode).toBe(413);
    expect((await arrived(council, 'DBC-9')).numbers).toEqual([]);
    laptop.close();
  });
});
