import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { iso } from '@beadle/shared';
import type { SiemSettings } from '../settings-notify.ts';
import { cefOf } from './cef.ts';
import type { MachineChannel, Message } from './channel.ts';
import { type SiemFinding, findingsOf } from './finding.ts';
import { farEndWords } from './http.ts';
import { ocsfOf } from './ocsf.ts';

const TIME_LIMIT_MS = 15_000;
/** How long a receiver may take to close its side after all was written. */
const CLOSE_MS = 3000;
/** How long our side stays open behind the last byte: a receiver that closes its side in it has not read to the end. */
const LINGER_MS = 100;

/** "log audit" (RFC 5424, table 1). */
const FACILITY = 13;
const SEVERITIES: Readonly<Record<string, number>> = { critical: 2, high: 3, medium: 4, low: 5, info: 6 };

/** PRINTUSASCII of RFC 5424; `-` where nothing is left. */
const headerField = (text: string, most: number): string => text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-';

/**
 * A message of RFC 5424, without a byte order mark (MSG-ANY): readers of CEF and JSON do not expect one. `content` must be
 * one line.
 */
export function syslogMessage(finding: SiemFinding, content: string): string {
  const priority = FACILITY * 8 + (SEVERITIES[finding.severity] ?? 5);
  const host = headerField(new URL(finding.url).hostname, 255);
  return `<${priority}>1 ${iso(finding.openedAt)} ${host} beadle - ${headerField(finding.type, 32)} - ${content}`;
}

/** Counted in octets (RFC 6587, 3.4.1): no character within can end it. */
export const frame = (message: string): string => `${Buffer.byteLength(message)} ${message}`;

const CONTENT = { cef: cefOf, ocsf: ocsfOf } as const;

export const framesOf = (message: Message, format: SiemSettings['format']): string =>
  findingsOf(message)
    .map((finding) => frame(syslogMessage(finding, CONTENT[format](finding))))
    .join('');

async function connectionTo({ host, port, transport, caFile }: SiemSettings): Promise<Socket> {
  if (transport === 'tcp') return connectTcp({ host, port });
  const ca = caFile === null ? {} : { ca: await readFile(caFile) };
  return connectTls({ host, port, ...ca, minVersion: 'TLSv1.2' });
}

/**
 * Writes it all and waits for the receiver to close its side after ours, which it does once it has read to the end. Syslog
 * has no other acknowledgement: where the receiver leaves its side open, only that it was written is known.
 */
function deliver(
  socket: Socket,
  text: string,
  ready: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const end = (): void => {
    ended = true;
    socket.end();
    timer = setTimeout(() => resolve('written'), CLOSE_MS);
  };
  const stop = (): void => reject(new DOMException('no answer in time', 'TimeoutError'));
  const early = (): void => reject(new Error('closed too early', { cause: { code: 'ECONNRESET' } }));
  signal.addEventListener('abort', stop, { once: true });
  socket.once('error', reject);
  socket.once(ready, () => {
    socket.write(text, () => {
      timer = setTimeout(end, LINGER_MS);
    });
  });
  socket.once('end', () => (ended ? resolve('read to the end') : early()));
  socket.once('close', early);
  // Without somebody who reads, the end of the other side is never heard of.
  socket.resume();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    socket.on('error', () => undefined);
    socket.destroy();
  });
}

/** A SIEM, by syslog over TLS or TCP: a message of its own for each breach, all on one connection. */
export function siemChannel(settings: SiemSettings): MachineChannel {
  const { name, host, port, transport, format, events } = settings;
  const destination = `${host}:${port}`;
  return {
    name: `siem:${name}`,
    destination,
    events,
    send: async (message, { signal }) => {
      const text = framesOf(message, format);
      if (text === '') return { receipt: 'nothing to tell' };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
      try {
        const socket = await connectionTo(settings);
        return { receipt: await deliver(socket, text, transport === 'tls' ? 'secureConnect' : 'connect', limit) };
      } catch (cause) {
        throw new Error(farEndWords(destination, cause), { cause });
      }
    },
  };
}
