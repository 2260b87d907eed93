import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { codeOf } from '../errors.ts';
import { oneLine } from './channel.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Null: straight. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** From the first byte sent to the last one read. */
  readonly timeLimitMs: number;
  /** Of the answer; what is behind is not read. */
  readonly mostCharacters: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** What the far end asks for (RFC 9110, 10.2.3), in milliseconds; 0 where it asks for nothing. */
  readonly retryAfterMs: number;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'ended the connection',
  UND_ERR_SOCKET: 'ended the connection',
  ENOTFOUND: 'is a name that does not exist',
  EAI_AGAIN: 'is a name that could not be looked up',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer in time',
};
const CERTIFICATE = /CERT|SIGNATURE|ISSUER|SELF_SIGNED/;

/** What is wrong with a far end, in words: of the machine, for the address may hold a secret. */
export function farEndWords(host: string, error: unknown): string {
  if (error instanceof Error && /^(TimeoutError|AbortError)$/.test(error.name))
    return `${host} did not answer in time.`;
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined) ?? '';
  if (CERTIFICATE.test(code)) return `The certificate of ${host} cannot be trusted (${code}).`;
  return `${host} ${WORDS[code] ?? `could not be reached (${code === '' ? oneLine(String(error)) : code})`}.`;
}

/** One request, on a connection of its own, that follows no redirect. Throws in words where there is no answer. */
export async function ask(asked: HttpRequest): Promise<HttpAnswer> {
  const { url, method, headers, body, proxy, timeLimitMs } = asked;
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(timeLimitMs)]);
  const dispatcher: Dispatcher =
    proxy === null
      ? new Agent({ connect: { timeout: timeLimitMs } })
      : new ProxyAgent({ uri: proxy, connect: { timeout: timeLimitMs } });
  try {
    const answer = await request(url, { method, headers, body: body ?? null, signal, dispatcher });
    const after = answer.headers['retry-after'];
    const retryAfterMs = typeof after === 'string' && /^\d{1,6}$/.test(after) ? Number(after) * 1000 : 0;
    return { status: answer.statusCode, text: await beginningOf(answer.body, asked.mostCharacters), retryAfterMs };
  } catch (cause) {
    throw new Error(farEndWords(new URL(url).host, cause), { cause });
  } finally {
    await dispatcher.destroy();
  }
}

/** Reads no further than is kept: a far end may send without end. */
async function beginningOf(body: Dispatcher.ResponseData['body'], most: number): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= most) break;
  }
  return text.slice(0, most);
}
