import { isIP } from 'node:net';
import type { ProbeSource } from '../../host/source.ts';

/** The second is there where systemd-resolved answers on the loopback address, and names those that it asks. */
const FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** Addresses of `nameserver` lines (resolv.conf(5)), but for this machine's own. */
export function nameServersIn(text: string): readonly string[] {
  const found = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address.split('%')[0] ?? '');
  return found.filter((address) => isIP(address) !== 0 && !address.startsWith('127.') && address !== '::1');
}

export const nameServersProbe: ProbeSource = {
  kind: 'probe',
  what: `the addresses of name servers in ${FILES.join(' and ')}`,
  async run(files) {
    const texts = await Promise.all(FILES.map((path) => files.readText(path).catch(() => '')));
    return [...new Set(texts.flatMap(nameServersIn))].toSorted();
  },
};
