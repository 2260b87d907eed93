import type { Dispatcher } from 'undici';

export interface TransportRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface StreamRequest {
  readonly method: 'GET';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StreamResponse extends Omit<TransportResponse, 'body'> {
  /** As it comes, without a limit of time: whoever reads it minds how long nothing has come. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How a request reaches the server: handed in, so that a simulation can lose, double and delay it (invariant 13). */
export interface Transport {
  /** Rejects where no answer came within the time, or a larger one than is read. */
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  /** Opens an answer that does not end, beside what is sent; without it there is none. Ends when `signal` aborts. */
  stream?(request: StreamRequest, signal: AbortSignal): Promise<StreamResponse>;
  close(): Promise<void>;
}

const TIME_LIMIT_MS = 30_000;
/** A proxy that hands nothing on before the answer has ended is known by this. */
const STREAM_HEADERS_MS = 60_000;
const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;

/** A file that is named and cannot be read keeps the agent from no server that it can trust without. */
async function certificatesOf(caFile: string | undefined): Promise<string[]> {
  if (caFile === undefined) return [];
  const { readFile } = await import('node:fs/promises');
  return readFile(caFile, 'utf8').then(
    (text) => [text],
    () => [],
  );
}

async function trustedCertificates(caFile: string | undefined): Promise<{ ca: string[] }> {
  const { getCACertificates } = await import('node:tls');
  const own = await certificatesOf(caFile);
  return { ca: [...getCACertificates('default'), ...getCACertificates('system'), ...own] };
}

export interface TransportOptions {
  readonly timeLimitMs?: number;
  readonly connections?: number;
  /** Which of this machine's addresses it speaks from; undefined: the system chooses. */
  readonly localAddress?: string | undefined;
  /** Certificates in PEM that are trusted beside the system's. */
  readonly caFile?: string | undefined;
}

interface Connecting extends Pick<TransportOptions, 'localAddress' | 'caFile'> {
  readonly connections: number;
  readonly bodyTimeoutMs?: number;
}

/**
 * The council's proxy, as its own settings (`HTTPS_PROXY`, `NO_PROXY`) name it; the system's certificates are trusted, and
 * those of `caFile`.
 */
async function dispatcherFor(
  origin: URL,
  timeLimitMs: number,
  { connections, localAddress, bodyTimeoutMs = timeLimitMs, caFile }: Connecting,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const from = localAddress === undefined ? {} : { localAddress };
  const connect = { ...from, ...(origin.protocol === 'https:' ? await trustedCertificates(caFile) : {}) };
  const limits = {
    connections,
    pipelining: 1,
    headersTimeout: timeLimitMs,
    bodyTimeout: bodyTimeoutMs,
    keepAliveTimeout: 4_000,
  };
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some(
    (name) => (process.env[name] ?? '') !== '',
  );
  return proxied
    ? new EnvHttpProxyAgent({ ...limits, connect, requestTls: connect })
    : new Agent({ ...limits, connect });
}

const headersOf = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, single(value)] as const));

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/** HTTP(S) to `server`, an origin such as `https://beadle.council.gov.uk`. Loads its parts when first used. */
export function createTransport(
  server: string,
  { timeLimitMs = TIME_LIMIT_MS, connections = 1, ...how }: TransportOptions = {},
): Transport {
  const origin = new URL(server);
  let dispatcher: Promise<Dispatcher> | undefined;
  let streaming: Promise<Dispatcher> | undefined;
  return {
    async send({ method, path, headers, body }, signal) {
      dispatcher ??= dispatcherFor(origin, timeLimitMs, { connections, ...how });
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
      const response = await (await dispatcher).request({
        origin: origin.origin,
        method,
        path,
        headers: { ...headers },
        body,
        signal: within,
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > ANSWER_LIMIT_BYTES) throw new Error('the answer is larger than is read');
        chunks.push(chunk);
      }
      return { status: response.statusCode, headers: headersOf(response.headers), body: Buffer.concat(chunks) };
    },
    async stream({ method, path, headers }, signal) {
      // A connection of its own, so that no check-in waits behind it.
      streaming ??= dispatcherFor(origin, STREAM_HEADERS_MS, { connections: 1, bodyTimeoutMs: 0, ...how });
      const request = { origin: origin.origin, method, path, headers: { ...headers }, signal } as const;
      const { statusCode, headers: received, body } = await (await streaming).request(request);
      return { status: statusCode, headers: headersOf(received), body: body as AsyncIterable<Uint8Array> };
    },
    async close() {
      await Promise.all([dispatcher?.then((one) => one.close()), streaming?.then((one) => one.destroy())]);
    },
  };
}
