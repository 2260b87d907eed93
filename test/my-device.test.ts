import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transport } from '../packages/agent/src/uplink/transport.ts';
import { factLines } from '../packages/server/src/console/fact-words.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop, transportTo } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

let world: World;
let council: Council;
let laptop: Laptop;
/** The lines of every check-in, as they went over the wire. */
let wire: Buffer[][];

const LINE_FEED = 10;
function linesIn(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    from = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

/** The council's transport, which keeps what goes through it. */
function overheard(): Transport {
  const to = transportTo(council);
  return {
    ...to,
    send(request, signal) {
      const encoding = request.headers['content-encoding'];
      const plain =
        encoding === 'zstd'
          ? zstdDecompressSync(request.body)
          : encoding === 'gzip'
            ? gunzipSync(request.body)
            : request.body;
      if (request.path.includes('check-ins')) wire.push(linesIn(Buffer.from(plain)));
      return to.send(request, signal);
    },
  };
}

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
  wire = [];
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1', transport: overheard() });
  await council.ask('PATCH', '/api/v1/devices/DBC-1', { holder: 'Sam Rivers' });
});
afterEach(async () => {
  laptop.close();
  await council.close();
});

/** A request of somebody with this name. */
async function askAs(name: string, url: string) {
  const { body } = await council.ask<{ token: string }>('POST', '/api/v1/tokens', { name, role: 'worker' });
  const headers = { authorization: `Bearer ${body.token}`, accept: 'text/html' };
  return council.app().inject({ url, headers });
}
const sent = async () => (await askAs('Sam Rivers', '/my-device/DBC-1/sent')).rawPayload;

describe('what a worker sees of their own device', () => {
  it('is what it sent, byte for byte, and nothing besides', async () => {
    for (const state of ['off', 'on', 'off'] as const) {
      laptop.show(state);
      await laptop.cycle();
      await laptop.keep(1, 2, 3);
      await laptop.checkIn();
      world.pass(3_600_000);
    }
    const told = wire.flatMap(([, ...findings]) => findings);
    expect(told.length).toBeGreaterThan(10);
    expect(Buffer.compare(await sent(), Buffer.concat(told.flatMap((line) => [line, Buffer.from('\n')])))).toBe(0);
  });

  it('goes on after the device was set up anew', async () => {
    await laptop.keep(1);
    await laptop.checkIn();
    await laptop.enrolAgain();
    await laptop.keep(2);
    await laptop.checkIn();
    const told = wire.flatMap(([, ...findings]) => findings);
    expect(linesIn(await sent()).map(String)).toEqual(told.map(String));
  });

  it('shows each fact that the device last told, and the rule that it does not keep to', async () => {
    laptop.show('off');
    await laptop.cycle();
    await laptop.checkIn();
    const { body, statusCode } = await askAs('sam rivers', '/my-device');
    expect(statusCode).toBe(200);
    const header = JSON.parse(String(wire.at(-1)?.[0])) as { facts: Record<string, { facts: unknown }> };
    const facts = wire.flatMap(([first]) => Object.values((JSON.parse(String(first)) as typeof header).facts));
    expect(facts.length).toBeGreaterThan(0);
    for (const { facts: one } of facts)
      for (const { lines } of factLines(JSON.stringify(one))) for (const line of lines) expect(body).toContain(line);
    expect(body).toContain('Laptop encryption');
    expect(body).toContain('What is collected, and why');
  });

  it('is nobody else’s', async () => {
    await laptop.keep(1);
    await laptop.checkIn();
    const page = await askAs('Kit Marsh', '/my-device');
    expect(page.body).toContain('No device is registered in your name');
    expect(page.body).not.toContain('DBC-1');
    for (const url of ['/my-device/DBC-1/sent', '/my-device/DBC-2/sent'])
      expect((await askAs('Kit Marsh', url)).statusCode).toBe(404);
  });
});
