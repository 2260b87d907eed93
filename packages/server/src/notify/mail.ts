import type { SendMailOptions } from 'nodemailer';
import type { OrganisationSettings, Recipient } from '../organisation/settings.ts';
import { oneLine } from './channel.ts';

export interface MailSource {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly recipient: Recipient;
  readonly council: string;
  readonly settings: Pick<OrganisationSettings, 'marking' | 'contact'>;
  readonly from: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const linked = (html: string): string => html.replaceAll(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);

function htmlOf(title: string, text: string): string {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${linked(escapeHtml(paragraph)).replaceAll('\n', '<br>')}</p>`);
  const head = `<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`;
  return `<!doctype html><html lang="en-GB">${head}<body>${paragraphs.join('')}</body></html>`;
}

/** The message of a notice: the same each time it is made, and its Message-ID too, so that a repeat is recognised. */
export function mailOf(source: MailSource): SendMailOptions {
  const { id, recipient, council, settings, from } = source;
  const { marking, contact } = settings;
  const subject = oneLine(source.title);
  const text = [
    marking,
    source.body.replaceAll(/\r\n?/g, '\n').trim(),
    `If this is wrong, or you need advice, ask ${contact}.`,
    `Sent by Beadle for ${council}.`,
    marking,
  ].join('\n\n');
  return {
    messageId: `<${id}@${from.split('@')[1] ?? 'localhost'}>`,
    date: new Date(source.createdAt),
    from: { name: oneLine(`Beadle, ${council}`), address: from },
    to: { name: oneLine(recipient.name), address: recipient.address },
    ...(recipient.deputyAddress === undefined ? {} : { cc: recipient.deputyAddress }),
    subject,
    text,
    html: htmlOf(subject, text),
    // Keeps an absent officer's reply from being sent to nobody.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
