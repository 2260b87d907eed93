import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { PATHS } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTransport } from '../packages/agent/src/uplink/transport.ts';
import { arrived } from './support/arrived.ts';
import { type Certificates, makeCertificates, whyNoCertificates } from './support/certificates.ts';
import { createWorld } from './support/clock.ts';
import { createCouncil } from './support/council.ts';
import { createLaptop, transportTo } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';
import { spawnNode } from './support/processes.ts';
import { listening, type Proxy, startProxy } from './support/proxy.ts';

const REQUEST = { method: 'POST', path: '/echo', headers: {}, body: Buffer.from('hello') } as const;
const NO_SIGNAL = new AbortController().signal;
const why = whyNoCertificates();

/** What a test has started; ended in the opposite order. */
let ending: (() => unknown)[];
beforeEach(() => {
  ending = [];
  // This machine may have a proxy of its own.
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    for (const variable of [name, name.toLowerCase()]) vi.stubEnv(variable, undefined);
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ending.toReversed()) await end();
});

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

async function serve(handle: Handle, tls?: Certificates): Promise<string> {
  const listener = (request: IncomingMessage, response: ServerResponse) => void handle(request, response);
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({ cert: tls.cert, key: tls.key }, listener);
  const port = await listening(server);
  ending.push(() => {
    server.close();
    server.closeAllConnections();
    return once(server, 'close');
  });
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}

function transportOf(...args: Parameters<typeof createTransport>) {
  const transport = createTransport(...args);
  ending.push(() => transport.close());
  return transport;
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.end(`${request.method} ${request.url} ${(await buffer(request)).toString()}`);
}
const ECHOED = { status: 200, body: 'POST /echo hello' };

/** One request in a process of its own, with these settings of its environment. */
async function sent(origin: string, env: Record<string, string>): Promise<unknown> {
  const { child, output } = spawnNode(['test/support/send.ts', origin], env);
  await once(child, 'close');
  const { stdout, stderr } = output();
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(why !== undefined)(`a server behind TLS${why === undefined ? '' : ` (${why})`}`, () => {
  let folder: string;
  let council: Certificates;
  let origin: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-transport-'));
    ending.push(() => rmSync(folder, { recursive: true }));
    council = makeCertificates(folder, 'council');
    origin = await serve(echo, council);
  });

  it('is trusted where only the system’s store knows who signed its certificate', async () => {
    expect(await sent(origin, { SSL_CERT_FILE: council.authority })).toEqual(ECHOED);
  });

  it('is refused where the system does not know who did', async () => {
    const { authority } = makeCertificates(folder, 'somebody-else');
    expect(await sent(origin, { SSL_CERT_FILE: authority })).toEqual({ error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(await sent(origin, {})).toEqual({ error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('is trusted where the settings of the agent name who signed it; a file that is not there changes nothing', async () => {
    const answer = await transportOf(origin, { caFile: council.authority }).send(REQUEST, NO_SIGNAL);
    expect(answer.status).toBe(200);
    const without = transportOf(origin, { caFile: join(folder, 'none.pem') }).send(REQUEST, NO_SIGNAL);
    await expect(without).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  describe('and behind a proxy', () => {
    let proxy: Proxy;
    beforeEach(async () => {
      proxy = await startProxy();
      ending.push(() => proxy.close());
    });

    it('is reached through it, and still has to show its certificate', async () => {
      const env = { HTTPS_PROXY: proxy.url };
      expect(await sent(origin, { ...env, SSL_CERT_FILE: council.authority })).toEqual(ECHOED);
      expect(proxy.asked).toEqual([new URL(origin).host]);
      expect(await sent(origin, env)).toEqual({ error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
      expect(proxy.asked).toHaveLength(2);
    });

    it.each(['127.0.0.1', '*'])('is reached without it where NO_PROXY says %s', async (NO_PROXY) => {
      const env = { HTTPS_PROXY: proxy.url, NO_PROXY, SSL_CERT_FILE: council.authority };
      expect(await sent(origin, env)).toEqual(ECHOED);
      expect(proxy.asked).toEqual([]);
    });

    it('is not reached where the proxy is not there', async () => {
      await proxy.close();
      ending.pop();
      const env = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: council.authority };
      expect(await sent(origin, env)).toEqual({ error: 'ECONNREFUSED' });
    });
  });
});

describe('an answer', () => {
  it('is read up to 8 MiB, and no further', async () => {
    const most = 8 * 1024 * 1024;
    let size = most;
    const origin = await serve((_request, response) => response.end(Buffer.alloc(size)));
    const transport = transportOf(origin);
    expect((await transport.send(REQUEST, NO_SIGNAL)).body).toHaveLength(most);
    size = most + 1;
    await expect(transport.send(REQUEST, NO_SIGNAL)).rejects.toThrow('the answer is larger than is read');
    size = 5;
    expect((await transport.send(REQUEST, NO_SIGNAL)).body).toHaveLength(5);
  });

  it('that never ends is not read to its end', async () => {
    let written = 0;
    const origin = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    await expect(transportOf(origin).send(REQUEST, NO_SIGNAL)).rejects.toThrow('larger than is read');
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['never begins', () => undefined],
    ['stops half-way', (response: ServerResponse) => void response.write('half')],
  ])('that %s is given up after the time limit', async (_words, answer) => {
    const origin = await serve((_request, response) => answer(response));
    const from = performance.now();
    const sending = transportOf(origin, { timeLimitMs: 300 }).send(REQUEST, NO_SIGNAL);
    await expect(sending).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  it('is no longer waited for where its signal aborts', async () => {
    const stop = new AbortController();
    const origin = await serve(() => stop.abort());
    await expect(transportOf(origin).send(REQUEST, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the stream', () => {
  const open = async (origin: string, signal: AbortSignal) => {
    const transport = transportOf(origin);
    const response = await transport.stream?.({ method: 'GET', path: PATHS.stream, headers: {} }, signal);
    if (response === undefined) throw new Error('no stream');
    return { response, chunks: response.body[Symbol.asyncIterator](), transport };
  };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  it.each(['directly', 'through a proxy'])(
    'comes line by line %s, beside what is sent, until it is stopped',
    async (how) => {
      let write: ((line: string) => void) | undefined;
      const streamed = (response: ServerResponse) => {
        write = (line) => void response.write(line);
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('first\n');
      };
      const origin = await serve((request, response) =>
        request.method === 'POST' ? echo(request, response) : streamed(response),
      );
      const proxy = await startProxy();
      ending.push(() => proxy.close());
      if (how !== 'directly') vi.stubEnv('HTTP_PROXY', proxy.url);
      const stop = new AbortController();
      const { response, chunks, transport } = await open(origin, stop.signal);
      expect(response.status).toBe(200);
      expect(text((await chunks.next()).value)).toBe('first\n');
      expect((await transport.send(REQUEST, NO_SIGNAL)).status).toBe(200);
      write?.('second\n');
      expect(text((await chunks.next()).value)).toBe('second\n');
      expect(proxy.asked.length > 0).toBe(how !== 'directly');
      stop.abort();
      await expect(chunks.next()).rejects.toThrow(/abort/i);
    },
  );
});

describe('a compression that something on the way refuses', () => {
  it.each([
    ['zstd', ['zstd'], ['zstd', 'gzip', 'gzip']],
    ['any', ['zstd', 'gzip'], ['zstd', 'gzip', 'none', 'none']],
  ])('gives way to the next: %s', async (_words, refused, expected) => {
    const world = createWorld();
    const council = await createCouncil(world);
    ending.push(() => council.close());
    await putPolicy(council);
    const encodings: string[] = [];
    const inside = transportTo(council);
    const origin = await serve(async (request, response) => {
      const body = await buffer(request);
      const encoding = request.headers['content-encoding'] ?? 'none';
      if (request.url === PATHS.checkIns) encodings.push(encoding);
      if (refused.includes(encoding)) return void response.writeHead(415).end();
      const headers = request.headers as Record<string, string>;
      const answer = await inside.send({ method: 'POST', path: request.url ?? '', headers, body }, NO_SIGNAL);
      delete (answer.headers as Record<string, unknown>)['content-length'];
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    });
    const laptop = await createLaptop({ council, world, assetTag: 'DBC-1', transport: transportOf(origin) });
    ending.push(() => laptop.close());
    await laptop.keep(1);
    await laptop.running(async ({ uplink, outbox }) => {
      for (const _each of refused) expect(await uplink.once(NO_SIGNAL)).toBe(0);
      await uplink.once(NO_SIGNAL);
      expect(outbox.waiting().pending).toBe(0);
      // What was found out is not tried again.
      await uplink.once(NO_SIGNAL);
    });
    expect(encodings).toEqual(expected);
    expect((await arrived(council, 'DBC-1')).numbers).toEqual([1]);
  });
});
