import { TryLater } from '../../../jobs/back-off.ts';
import { oneLine } from '../../../notify/channel.ts';
import { ask, type HttpAnswer } from '../../../notify/http.ts';
import { secretLines, signatureHeaders } from '../../../notify/webhook.ts';
import type { ConnectorWebhookSettings } from '../../../settings-connectors.ts';
import { NeedsPerson } from '../../connector.ts';
import type { WebhookRequest } from './protocol.ts';

const TIME_LIMIT_MS = 30_000;
const MOST_READ = 65_536;
/** Of what a far system says in words. */
const MOST_SHOWN = 500;
/** Too early, too many, too slow: nothing that a person could mend (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const PASSING = new Set([408, 425, 429]);

export interface CallInput {
  readonly request: WebhookRequest;
  /** The same for what is to be done once, however often it is asked for. */
  readonly key: string;
  readonly now: number;
  readonly signal: AbortSignal;
}

function needsPerson<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new NeedsPerson(`The address of the webhook ${name} cannot be read: look at its urlFile.`, { cause });
  }
}

async function signed({ name, secretFile }: ConnectorWebhookSettings, body: string, { key, now }: CallInput) {
  try {
    return signatureHeaders(await secretLines(secretFile), { id: key, now, body });
  } catch (cause) {
    throw new NeedsPerson(`The secret of the webhook ${name} cannot be read, or is none: look at its secretFile.`, {
      cause,
    });
  }
}

function refuse(host: string, { status, text, retryAfterMs }: HttpAnswer): never {
  const redirect = status >= 300 && status < 400 ? ' A redirect is not followed: set the address it leads to.' : '';
  const said = oneLine(text, MOST_SHOWN);
  const words = `${host} answered ${status}.${redirect}${said === '' ? '' : ` It said: ${said}`}`;
  if (status >= 400 && status < 500 && !PASSING.has(status)) throw new NeedsPerson(words);
  throw new TryLater(words, retryAfterMs);
}

/** One signed request; gives the answer where it is 2xx. Throws `NeedsPerson` on 4xx, and what is to be tried again otherwise. */
export async function call(
  settings: ConnectorWebhookSettings,
  input: CallInput,
): Promise<HttpAnswer & { readonly host: string }> {
  const url = needsPerson(settings.name, settings.readUrl);
  const { host } = new URL(url);
  const body = JSON.stringify(input.request);
  const answer = await ask({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Beadle',
      'idempotency-key': input.key,
      ...(await signed(settings, body, input)),
    },
    body,
    proxy: settings.proxy,
    signal: input.signal,
    timeLimitMs: TIME_LIMIT_MS,
    mostCharacters: MOST_READ,
  });
  if (answer.status < 200 || answer.status >= 300) refuse(host, answer);
  return { ...answer, host };
}
