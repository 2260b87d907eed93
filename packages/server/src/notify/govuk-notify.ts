import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Type from 'typebox';
import Value from 'typebox/value';
import { TryLater } from '../jobs/back-off.ts';
import type { GovukNotifySettings } from '../settings-notify.ts';
import { type FarStatus, type MailingChannel, type Message, oneLine, type Sending } from './channel.ts';
import { EVENTS } from '../event-types.ts';
import { ask, type HttpAnswer } from './http.ts';

// https://docs.notifications.service.gov.uk/rest-api.html
const TIME_LIMIT_MS = 15_000;
const MOST_CHARACTERS = 200_000;
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const KEY = new RegExp(`^[^\\s]*-?(${UUID})-(${UUID})$`);

const Notification = Type.Object({ id: Type.String(), status: Type.String(), created_at: Type.String() });
type Notification = Type.Static<typeof Notification>;
const Listed = Type.Object({ notifications: Type.Array(Notification) });
const Accepted = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const Refusal = Type.Object({ errors: Type.Array(Type.Object({ error: Type.String(), message: Type.String() })) });

const part = (value: string | Buffer): string => Buffer.from(value).toString('base64url');

/** A token (RFC 7519) that Notify takes for 30 seconds. `key` is NAME-SERVICE-SECRET, the last two UUIDs. */
export function tokenOf(key: string, now: number): string {
  const [, service, secret] = KEY.exec(key) ?? [];
  if (service === undefined || secret === undefined)
    throw new Error('The key of GOV.UK Notify is not one: expected its name, the service and the secret in one line.');
  const claims = { iss: service, iat: Math.floor(now / 1000) };
  const signed = `${part(JSON.stringify({ typ: 'JWT', alg: 'HS256' }))}.${part(JSON.stringify(claims))}`;
  return `${signed}.${part(createHmac('sha256', secret).update(signed).digest())}`;
}

type Call = (method: 'GET' | 'POST', path: string, sending: Sending, body?: unknown) => Promise<HttpAnswer>;

function callerFor({ apiKeyFile, baseUrl, proxy }: GovukNotifySettings): Call {
  return async (method, path, { signal, now }, body) => {
    const key = (await readFile(apiKeyFile, 'utf8')).trim();
    return ask({
      url: `${baseUrl}${path}`,
      method,
      headers: { authorization: `Bearer ${tokenOf(key, now)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      proxy,
      signal,
      timeLimitMs: TIME_LIMIT_MS,
      mostCharacters: MOST_CHARACTERS,
    });
  };
}

const WHY: Readonly<Record<number, string>> = {
  400: 'did not take the message',
  403: 'did not take the key',
  429: 'has had too many messages',
};

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why Notify refused, in words: what it says itself is added, and holds no address of ours (its documented messages). */
function refusal({ status, text, retryAfterMs }: HttpAnswer): Error {
  const read = readJson(text);
  const said = Value.Check(Refusal, read) ? read.errors.map(({ error, message }) => `${error}: ${message}`) : [];
  const why = WHY[status] ?? (status >= 500 ? 'has a problem of its own' : 'answered with something unexpected');
  const words = `GOV.UK Notify ${why} (${[String(status), ...said].map((one) => oneLine(one)).join('; ')}).`;
  return new TryLater(words.slice(0, 500), retryAfterMs);
}

function expectOf<T extends Type.TSchema>(schema: T, answer: HttpAnswer): Type.Static<T> {
  const read = readJson(answer.text);
  if (answer.status < 200 || answer.status > 299 || !Value.Check(schema, read)) throw refusal(answer);
  return read;
}

/**
 * The notification that an attempt before made, which this server did not live to hear of: the newest by our reference,
 * unless it is the one that is known to have failed.
 */
async function foundAgain(call: Call, message: Message, reference: string, sending: Sending): Promise<string | null> {
  const answer = await call('GET', `/v2/notifications?reference=${encodeURIComponent(reference)}`, sending);
  const { notifications } = expectOf(Listed, answer);
  const [newest] = notifications.toSorted((a: Notification, b: Notification) => (a.created_at < b.created_at ? 1 : -1));
  return newest === undefined || newest.id === message.failedReceipt ? null : newest.id;
}

const statusNamed = (status: string): FarStatus =>
  status === 'delivered' ||
  status === 'permanent-failure' ||
  status === 'temporary-failure' ||
  status === 'technical-failure'
    ? status
    : 'pending';

/**
 * GOV.UK Notify, which is told a reference and a link and nothing else: its messages are not encrypted end to end. Each is
 * looked for by our reference before it is sent, so that a crash between its answer and our record sends nothing twice. A
 * deputy's copy is sent before the message itself, under a reference of its own, and what becomes of it is not followed.
 */
export function govukNotifyChannel(settings: GovukNotifySettings): MailingChannel {
  const call = callerFor(settings);
  const send = async (message: Message, address: string, reference: string, sending: Sending): Promise<string> => {
    const found = await foundAgain(call, message, reference, sending);
    if (found !== null) return found;
    const answer = await call('POST', '/v2/notifications/email', sending, {
      email_address: address,
      template_id: settings.templateId,
      personalisation: { reference: message.reference ?? EVENTS[message.type], link: message.url },
      reference,
      ...(settings.replyToId === null ? {} : { email_reply_to_id: settings.replyToId }),
    });
    return expectOf(Accepted, answer).id;
  };
  return {
    name: 'govuk-notify',
    send: async (message, { address, deputyAddress }, sending) => {
      if (deputyAddress !== undefined) await send(message, deputyAddress, `${message.id}-deputy`, sending);
      return { receipt: await send(message, address, message.id, sending) };
    },
    statusOf: async (receipt, sending) => {
      const answer = await call('GET', `/v2/notifications/${encodeURIComponent(receipt)}`, sending);
      return answer.status === 404 ? 'unknown' : statusNamed(expectOf(Notification, answer).status);
    },
  };
}
