import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Settings, SmtpSettings } from '../settings.ts';

/** What is to be sent, and the name of the file that stands for it where there is no mail server. */
export interface Outgoing {
  readonly mail: SendMailOptions;
  readonly fileName: string;
  readonly signal: AbortSignal;
}

/** Resolves once the next hop, or the disk, has it. */
export type Channel = (outgoing: Outgoing) => Promise<void>;

/** Together below a job's lease, so that no second attempt begins while the first waits. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as const;

const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

export function smtpChannel(smtp: SmtpSettings): Channel {
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
      await transport.sendMail(mail);
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  };
}

/** Where no mail server is set: a message a file, which every mail program opens. */
export function folderChannel(folder: string): Channel {
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
  };
}

export const channelOf = ({ smtp, mailFolder }: Pick<Settings, 'smtp' | 'mailFolder'>): Channel =>
  smtp === null ? folderChannel(mailFolder) : smtpChannel(smtp);
