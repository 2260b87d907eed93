import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { iso } from '@beadle/shared';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Settings, SmtpSettings } from '../settings.ts';
import { type MailingChannel, oneLine } from './channel.ts';
import { mailOf } from './mail.ts';

/** What is to be sent, and the name of the file that stands for it where there is no mail server. */
export interface Outgoing {
  readonly mail: SendMailOptions;
  readonly fileName: string;
  readonly signal: AbortSignal;
}

/** Resolves once the next hop, or the disk, has it, with what the next hop said. */
export type MailSender = (outgoing: Outgoing) => Promise<string | null>;

/** Together below a job's lease, so that no second attempt begins while the first waits. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as const;

const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

export function smtpSender(smtp: SmtpSettings): MailSender {
  return async ({ mail, signal }) => {
    const { host, port, secure, user, passwordFile } = smtp;
    const auth =
      user === null || passwordFile === null
        ? {}
        : { auth: { user, pass: (await readFile(passwordFile, 'utf8')).trim() } };
    // A password never travels in the clear, whatever a server that was put in between offers.
    const requireTLS = !secure && user !== null && !isLoopback(host);
    const transport = createTransport({ host, port, secure, requireTLS, ...auth, ...TIMEOUTS });
    const stop = (): void => transport.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const { response } = await transport.sendMail(mail);
      return oneLine(response);
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  };
}

/** Where no mail server is set: a message a file, which every mail program opens. */
export function folderSender(folder: string): MailSender {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return async ({ mail, fileName }) => {
    const { message } = await composer.sendMail(mail);
    if (!Buffer.isBuffer(message)) throw new Error('the message was not composed into a buffer');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, fileName);
    const file = await open(`${path}.tmp`, 'w', 0o600);
    try {
      await file.writeFile(message);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    return null;
  };
}

type MailSettings = Pick<Settings, 'smtp' | 'mailFolder'>;

export const senderOf = ({ smtp, mailFolder }: MailSettings): MailSender =>
  smtp === null ? folderSender(mailFolder) : smtpSender(smtp);

/** E-mail: the whole text of a notice, to whoever has the role and a deputy whom the settings name beside them. */
export function mailChannel(settings: MailSettings, send: MailSender = senderOf(settings)): MailingChannel {
  return {
    name: 'mail',
    send: async ({ id, title, body, at, council, settings: { marking, contact } }, recipient, { signal }) => {
      const mail = mailOf({
        id,
        title,
        body,
        createdAt: at,
        recipient,
        council,
        settings: { marking, contact },
        from: settings.smtp?.from ?? 'beadle@localhost',
      });
      return { receipt: await send({ mail, signal, fileName: `${iso(at).slice(0, 10)}-${id}.eml` }) };
    },
  };
}
