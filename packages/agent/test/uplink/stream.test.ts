import { setImmediate } from 'node:timers/promises';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  parseSignatureInput,
  PATHS,
  publicJwkOf,
  signerOf,
  SERVER_KEY_HEADER,
  signResponse,
  verifyingKeyOf,
  verifyRequest,
} from '@beadle/shared';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createWorld, seededRandom } from '../../../../test/support/clock.ts';
import { createDocumentLines } from '../../src/uplink/stream-lines.ts';
import { Stream } from '../../src/uplink/stream.ts';
import type { StreamRequest, StreamResponse, Transport } from '../../src/uplink/transport.ts';

const deviceKey = generateKeyPairSync('ed25519').privateKey;
const serverKey = generateKeyPairSync('ed25519').privateKey;
const jwk = publicJwkOf(createPublicKey(serverKey));
const SERVER = 'https://beadle.example';

type Answer = (request: StreamRequest, signal: AbortSignal) => StreamResponse | Promise<StreamResponse>;

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
const answer = (status: number, body: AsyncIterable<Uint8Array> = chunks(), headers = {}): StreamResponse => ({
  status,
  headers,
  body,
});
async function* never(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  yield Buffer.alloc(0);
}

/** A stream whose openings are answered in turn, and whose waits end at once; ends when there is no answer left. */
function opened(answers: readonly Answer[], { silenceMs = 20 } = {}) {
  const clock = createWorld().clock();
  const [accepted, waits, requests]: [string[], number[], StreamRequest[]] = [[], [], []];
  const stop = new AbortController();
  let count = 0;
  let last = 0;
  const transport: Transport = {
    send: () => Promise.reject(new Error('none')),
    close: () => Promise.resolve(),
    async stream(request, signal) {
      const one = answers[count];
      count += 1;
      if (one === undefined || count === answers.length) void setImmediate().then(() => stop.abort());
      if (one === undefined) throw new Error('no more');
      requests.push(request);
      return one(request, signal);
    },
  };
  const enrolment = {
    device: 'd',
    assetTag: 'A',
    generation: 1,
    organisation: 'O',
    protocol: 1,
    enrolledAt: '',
    server: SERVER,
    serverKey: jwk,
  };
  const stream = new Stream({
    transport,
    clock,
    random: seededRandom('stream'),
    log: pino({ level: 'silent' }),
    identity: { enrolment, signer: signerOf(deviceKey), serverKey: verifyingKeyOf(jwk) },
    counter: { read: () => last, write: (value) => void (last = value) },
    accept: (documents) => void accepted.push(...documents),
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return setImmediate();
    },
    silenceMs,
  });
  return {
    run: () => stream.run(stop.signal),
    once: () => stream.once(stop.signal),
    accepted,
    waits,
    requests,
    counter: () => last,
  };
}

describe('the stream of orders', () => {
  it('is asked for with one signature, and hands on the document of each line', async () => {
    const stream = opened([
      () => answer(200, chunks('\n{"docu', 'ment":"a.b.c"}\n\n', '{"other":1}\nnonsense\n{"document":"d.e.f"}\n')),
    ]);
    expect(await stream.once()).toBe('heard');
    expect(stream.accepted).toEqual(['a.b.c', 'd.e.f']);
    const [{ method, path, headers } = { method: 'GET', path: '', headers: {} }] = stream.requests;
    const signable = {
      method,
      path,
      authority: 'beadle.example',
      query: '?',
      contentEncoding: undefined,
      serverKey: (headers as Record<string, string>)[SERVER_KEY_HEADER],
      body: Buffer.alloc(0),
    };
    const signed = headers as Parameters<typeof verifyRequest>[1];
    const parameters = parseSignatureInput(signed['signature-input']);
    expect(path).toBe(PATHS.stream);
    expect(parameters && verifyRequest(signable, signed, parameters, verifyingKeyOf(publicJwkOf(deviceKey)))).toBe(
      'verified',
    );
  });

  it('is opened again after an end, later each time that nothing came', async () => {
    const broken = () => Promise.reject(new Error('ECONNRESET'));
    const stream = opened([broken, broken, broken, () => answer(200, chunks('\n')), broken]);
    await stream.run();
    const [first, ...waits] = stream.waits;
    expect(first).toBeGreaterThan(40_000);
    expect(waits.map((one) => one <= 1000 * 2 ** 5)).not.toContain(false);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
    // What is heard ends the back-off.
    expect(waits[3]).toBeLessThanOrEqual(2000);
  });

  it.each([404, 405, 501])('is left to check-ins for long where it is refused with %d', async (status) => {
    const stream = opened([() => answer(status), () => answer(status)]);
    await stream.run();
    expect(stream.waits[1]).toBeGreaterThan(2_000_000);
  });

  it('is left to check-ins for long where something keeps it back, and tried again', async () => {
    const silent: Answer = (_request, signal) => answer(200, never(signal));
    const stream = opened([silent, silent, silent, () => answer(200, chunks('\n{"document":"x"}\n')), silent]);
    await stream.run();
    expect(stream.waits.slice(1, 3).every((one) => one < 10_000)).toBe(true);
    expect(stream.waits[3]).toBeGreaterThan(2_000_000);
    expect(stream.accepted).toEqual(['x']);
  });

  it('takes the counter over from a refusal that the server has signed, and from no other', async () => {
    const body = Buffer.from(JSON.stringify({ code: 'counter-too-low', lastCounter: 2 ** 50 }));
    const refusal =
      (key: typeof serverKey): Answer =>
      (request) => {
        const requestSignature = request.headers['signature'] ?? '';
        return answer(409, chunks(body.toString()), {
          ...signResponse({ status: 409, body, requestSignature }, signerOf(key), 1),
        });
      };
    const forged = opened([refusal(deviceKey)]);
    expect(await forged.once()).toBe('no-answer');
    expect(forged.counter()).toBeLessThan(2 ** 50);
    const genuine = opened([refusal(serverKey)]);
    expect(await genuine.once()).toBe('again');
    expect(genuine.counter()).toBe(2 ** 50);
  });
});

describe('lines of the stream', () => {
  it('are the same however their bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat({ max: 20 })), (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${JSON.stringify({ document: text })}\n`).join('\n'));
        const seen: string[] = [];
        const take = createDocumentLines((jws) => seen.push(jws));
        let at = 0;
        for (const cut of cuts) take(bytes.subarray(at, (at += cut)));
        take(bytes.subarray(at));
        expect(seen).toEqual(texts);
      }),
    );
  });

  it('that never end are dropped, not held', () => {
    const seen: string[] = [];
    const take = createDocumentLines((jws) => seen.push(jws));
    for (let count = 0; count < 40; count += 1) take(Buffer.alloc(65_536, 'a'));
    take(Buffer.from('"}\n{"document":"x"}\n'));
    expect(seen).toEqual(['x']);
  });
});
