import { iso } from '@beadle/shared';
import { type Message, oneLine } from './channel.ts';

/** What a webhook is told: documented in docs/operating.md. A field may be added; none is changed under the same number. */
export interface WebhookPayload {
  readonly beadle: 1;
  /** The same at every attempt. */
  readonly id: string;
  readonly type: string;
  /** When it happened. */
  readonly at: string;
  readonly organisation: string;
  readonly reference: string | null;
  readonly severity: string | null;
  readonly title: string;
  readonly url: string;
  /** The title and the link in one, for what shows a text and nothing else. */
  readonly text: string;
}

export function payloadOf({ id, type, at, reference, severity, title, url, council }: Message): WebhookPayload {
  const line = oneLine(title);
  return {
    beadle: 1,
    id,
    type,
    at: iso(at),
    organisation: council,
    reference,
    severity,
    title: line,
    url,
    text: `${line}\n${url}`,
  };
}

const run = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  type: 'RichTextBlock',
  // A run is shown as it stands: in a TextBlock what somebody named a device could be a link.
  inlines: [{ type: 'TextRun', text, ...more }],
});

/**
 * A message with one card, as the trigger "When a Teams webhook request is received" of Microsoft Teams takes it. Adaptive
 * Cards 1.4 (https://adaptivecards.io/explorer/).
 */
export function teamsCardOf(message: Message): object {
  const { organisation, reference, severity, title, url } = payloadOf(message);
  const facts = [reference, severity].filter((one) => one !== null).join(', ');
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run(title, { weight: 'Bolder', size: 'Medium' }),
            ...(facts === '' ? [] : [run(facts)]),
            run(`Beadle, ${organisation}`, { color: 'Default' }),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open in Beadle', url }],
        },
      },
    ],
  };
}
