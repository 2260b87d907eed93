import { readFileSync } from 'node:fs';
import type { RawSettings } from './settings-source.ts';

type Raw = Pick<RawSettings<unknown>, 'refuse'>;

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(host);

const ADDRESS = 'https:// with a host, or http:// on this machine, without a name or a password in it';

/** Only this machine is spoken to in the clear. */
function safeAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return undefined;
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return safe ? url : undefined;
}

export function addressOf(text: string, key: string, raw: Raw): URL {
  const url = safeAddress(text);
  if (url === undefined) throw raw.refuse(key, ADDRESS);
  return url;
}

/** An address that is a secret itself, which no message may show. */
export function addressIn(file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Error(`${file} cannot be read: it is to hold the address of a webhook.`, { cause });
  }
  const url = safeAddress(text);
  if (url === undefined) throw new Error(`${file}: expected ${ADDRESS}.`);
  return url.href;
}

export function proxyOf(text: string | undefined, key: string, raw: Raw): string | null {
  if (text === undefined) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw raw.refuse(key, 'http:// with a host and a port of a proxy');
  return text;
}

export function refuseTwice(names: readonly string[], key: string, raw: Raw): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw raw.refuse(key, `another name for each, not ${twice} twice`);
}
