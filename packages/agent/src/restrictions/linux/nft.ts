import { isIP } from 'node:net';
import type { Reach, Reachable } from '../reachable.ts';

/** Everything that the ruleset needs; pure, so that it can be read by people and tests. */
export interface Cut extends Pick<Reach, 'reachable'> {
  /** Addresses of the name servers that may be asked; none where none is needed. */
  readonly nameServers: readonly string[];
  /** The agent's user. */
  readonly uid: number;
}

const TABLE = 'beadle';

const family = (address: string): 'ip' | 'ip6' => (isIP(address.split('/')[0] ?? '') === 6 ? 'ip6' : 'ip');

const protocolsOf = ({ udp }: Reachable) => (udp ? ['tcp', 'udp'] : ['tcp']);
const out = (one: Reachable, uid: number) =>
  protocolsOf(one).map(
    (protocol) =>
      `${family(one.address)} daddr ${one.address} ${protocol} dport ${one.port} ${one.agentOnly ? `meta skuid ${uid} ` : ''}accept`,
  );
/** No connection is begun from outside, even in an allowed address's name: nothing needs connection tracking for that. */
const back = (one: Reachable) =>
  protocolsOf(one).map(
    (protocol) =>
      `${family(one.address)} saddr ${one.address} ${protocol} sport ${one.port} ${protocol === 'tcp' ? 'tcp flags & (syn | ack) != syn ' : ''}accept`,
  );

const NEIGHBOURS =
  'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept';

/**
 * One table of our own, replaced in one step: what other firewalls set stays as it is, and a packet has to pass both. Before
 * the filters of others, which may hand packets on to containers and virtual machines (forward). What stays open beside
 * the way to the server is what finds that way: an address by DHCP, neighbours of IPv6, names where the server has one.
 */
export function rulesetOf({ reachable, nameServers, uid }: Cut): string {
  const names = nameServers.flatMap((address) => [
    { address, port: 53, agentOnly: false, udp: true } satisfies Reachable,
  ]);
  const all = [...reachable, ...names];
  const input = [
    'iifname "lo" accept',
    ...all.flatMap(back),
    'udp sport 67 udp dport 68 accept',
    'udp sport 547 udp dport 546 accept',
    'icmp type destination-unreachable accept',
    'icmpv6 type { packet-too-big, destination-unreachable } accept',
    NEIGHBOURS,
  ];
  const output = [
    'oifname "lo" accept',
    ...all.flatMap((one) => out(one, uid)),
    'udp sport 68 udp dport 67 accept',
    'udp sport 546 udp dport 547 accept',
    NEIGHBOURS,
    // At once, so that programs do not hang.
    'reject with icmpx type admin-prohibited',
  ];
  const chain = (hook: string, rules: readonly string[]) =>
    [
      `  chain ${hook} {`,
      `    type filter hook ${hook} priority filter - 10; policy drop;`,
      ...rules.map((rule) => `    ${rule}`),
      '  }',
    ].join('\n');
  const chains = [chain('input', input), chain('forward', []), chain('output', output)];
  return [`table inet ${TABLE}`, `delete table inet ${TABLE}`, `table inet ${TABLE} {`, ...chains, '}', ''].join('\n');
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** What a table in force does, as `nft -j list table` tells it. */
export interface Table {
  /** The hooks whose chains drop what no rule accepts. */
  readonly drops: readonly string[];
  /** Everything in the table but handles and counts: two that are alike do the same. */
  readonly print: string;
}

/** Undefined where there is no such table, or the answer is not of its form. */
export function readTable(json: string): Table | undefined {
  try {
    const { nftables } = JSON.parse(json) as { nftables?: unknown };
    if (!Array.isArray(nftables)) return undefined;
    const entries = nftables.filter(isFields).filter((entry) => !('metainfo' in entry));
    const chains = entries.map(({ chain }) => chain).filter(isFields);
    const drops = chains.filter(({ policy }) => policy === 'drop').map(({ hook }) => String(hook));
    const print = JSON.stringify(entries, (key, value: unknown) =>
      ['handle', 'packets', 'bytes'].includes(key) ? undefined : value,
    );
    return { drops: drops.toSorted(), print };
  } catch {
    return undefined;
  }
}

/** That everything is dropped which no rule of ours accepts. */
export const cutsAll = ({ drops }: Table): boolean => drops.join() === 'forward,input,output';

/** Whether our table is among those that `nft -j list tables` tells of. */
export function hasTable(json: string): boolean | undefined {
  try {
    const { nftables } = JSON.parse(json) as { nftables?: unknown };
    if (!Array.isArray(nftables)) return undefined;
    const tables = nftables
      .filter(isFields)
      .map(({ table }) => table)
      .filter(isFields);
    return tables.some(({ family: of, name }) => of === 'inet' && name === TABLE);
  } catch {
    return undefined;
  }
}
