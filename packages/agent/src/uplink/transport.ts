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

/** How a request reaches the server: handed in, so that a simulation can lose, double and delay it (invariant 13). */
export interface Transport {
  /** Rejects where no answer came within the time, or a larger one than is read. */
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): Promise<void>;
}

const TIME_LIMIT_MS = 30_000;
const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;

async function systemCertificates(): Promise<{ ca?: string[] }> {
  const { getCACertificates } = await import('node:tls');
  return { ca: [...getCACertificates('default'), ...getCACertificates('system')] };
}

/** The council's proxy, as its own settings (`HTTPS_PROXY`, `NO_PROXY`) name it; the system's certificates are trusted. */
async function dispatcherFor(origin: URL, timeLimitMs: number, connections: number): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const connect = origin.protocol === 'https:' ? await systemCertificates() : {};
  const limits = {
    connections,
    pipelining: 1,
    headersTimeout: timeLimitMs,
    bodyTimeout: timeLimitMs,
    keepAliveTimeout: 4_000,
  };
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some(
    (name) => (process.env[name] ?? '') !== '',
  );
  return proxied
    ? new EnvHttpProxyAgent({ ...limits, connect, requestTls: connect })
    : new Agent({ ...limits, connect });
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/** HTTP(S) to `server`, an origin such as `https://beadle.council.gov.uk`. Loads its parts when first used. */
export function createTransport(server: string, { timeLimitMs = TIME_LIMIT_MS, connections = 1 } = {}): Transport {
  const origin = new URL(server);
  let dispatcher: Promise<Dispatcher> | undefined;
  return {
    async send({ method, path, headers, body }, signal) {
      dispatcher ??= dispatcherFor(origin, timeLimitMs, connections);
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
      const received = Object.entries(response.headers).map(([name, value]) => [name, single(value)] as const);
      return { status: response.statusCode, headers: Object.fromEntries(received), body: Buffer.concat(chunks) };
    },
    async close() {
      await (await dispatcher)?.close();
    },
  };
}
