import { isIP } from 'node:net';

/** Addresses from the first to the last, as Windows' firewall takes them: `192.0.2.0-192.0.2.8`. */
type Span = readonly [first: bigint, last: bigint];

const BITS = { 4: 32n, 6: 128n } as const;
type Family = keyof typeof BITS;

function numberOf4(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function numberOf6(address: string): bigint {
  // `new URL` writes it in full form but for `::`, and an IPv4 end in hexadecimal.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const parts = (side: string) => (side === '' ? [] : side.split(':'));
  const [before, after] = [parts(head), parts(tail ?? '')];
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

function textOf(value: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  return Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65_535n).toString(16)).join(
    ':',
  );
}

const familyOf = (text: string): Family => (isIP(text.split('/')[0] ?? '') === 6 ? 6 : 4);

function spanOf(text: string): Span {
  const family = familyOf(text);
  const [address = '', length] = text.split('/');
  const number = family === 4 ? numberOf4(address) : numberOf6(address);
  const free = BITS[family] - BigInt(length ?? BITS[family]);
  const first = (number >> free) << free;
  return [first, first + (1n << free) - 1n];
}

/** All addresses of a family but those in `addresses`, each an address or a network (`192.0.2.0/24`). */
export function allBut(family: Family, addresses: readonly string[]): readonly string[] {
  const out: string[] = [];
  let next = 0n;
  const most = (1n << BITS[family]) - 1n;
  const spans = addresses
    .filter((one) => familyOf(one) === family)
    .map(spanOf)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const add = (first: bigint, last: bigint) => out.push(`${textOf(first, family)}-${textOf(last, family)}`);
  for (const [first, last] of spans) {
    if (first > next) add(next, first - 1n);
    if (last >= next) next = last + 1n;
  }
  if (next <= most) add(next, most);
  return out;
}

/** All ports but those in `ports`. */
export function allPortsBut(ports: readonly number[]): readonly string[] {
  const out: string[] = [];
  let next = 0;
  for (const port of [...new Set(ports)].toSorted((a, b) => a - b)) {
    if (port > next) out.push(next === port - 1 ? `${next}` : `${next}-${port - 1}`);
    next = port + 1;
  }
  if (next <= 65_535) out.push(`${next}-65535`);
  return out;
}
