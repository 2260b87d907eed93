import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TryLater } from '../jobs/back-off.ts';
import type { WebhookSettings } from '../settings-notify.ts';
import { type MachineChannel, type Message, oneLine } from './channel.ts';
import { ask } from './http.ts';
import { payloadOf, teamsCardOf } from './webhook-payload.ts';

const TIME_LIMIT_MS = 15_000;
/** Of what a receiver answers: enough to see what is wrong with it. */
const MOST_KEPT = 500;
/** Bytes of a secret (Standard Webhooks, "Signature scheme"). */
const SECRET = { least: 24, most: 64 } as const;

function secretOf(line: string): Buffer {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  const secret = Buffer.from(base64 ?? '', 'base64');
  if (secret.length < SECRET.least || secret.length > SECRET.most)
    throw new Error(
      `The secret of the webhook is not one: expected whsec_ and ${SECRET.least} to ${SECRET.most} bytes in base64.`,
    );
  return secret;
}

/**
 * As in Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): HMAC-SHA256 over the id, the time of this attempt and
 * the body, once with each secret, a line each, so that one can be changed without a message being refused.
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, now, body }: { readonly id: string; readonly now: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((line) => {
    const mac = createHmac('sha256', secretOf(line)).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** A secret a line. Throws where there is none. */
export async function secretLines(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).map((line) => line.trim());
  const filled = lines.filter((line) => line !== '');
  if (filled.length === 0) throw new Error('The secret file of the webhook is empty.');
  return filled;
}

const bodyOf = (message: Message, format: WebhookSettings['format']): string =>
  JSON.stringify(format === 'teams' ? teamsCardOf(message) : payloadOf(message));

/** Tells a machine by HTTP. What answers with 2xx has it; anything else, a redirect too, is tried again. */
export function webhookChannel(settings: WebhookSettings): MachineChannel {
  const { name, destination, readUrl, secretFile, format, events, proxy } = settings;
  return {
    name: `webhook:${name}`,
    destination,
    events,
    send: async (message, { signal, now }) => {
      const url = readUrl();
      const { host } = new URL(url);
      const body = bodyOf(message, format);
      const signed =
        secretFile === null ? {} : signatureHeaders(await secretLines(secretFile), { id: message.id, now, body });
      const { status, text, retryAfterMs } = await ask({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Beadle', ...signed },
        body,
        proxy,
        signal,
        timeLimitMs: TIME_LIMIT_MS,
        mostCharacters: MOST_KEPT,
      });
      if (status >= 200 && status < 300) return { receipt: String(status) };
      const redirect = status >= 300 && status < 400 ? ' A redirect is not followed: set the address it leads to.' : '';
      const said = oneLine(text, MOST_KEPT);
      throw new TryLater(
        `${host} answered ${status}.${redirect}${said === '' ? '' : ` It said: ${said}`}`,
        retryAfterMs,
      );
    },
  };
}
