import { isIP } from 'node:net';
import type { Reach, Reachable } from '../reachable.ts';

const family = (address: string) => (isIP(address.split('/')[0] ?? '') === 6 ? 'inet6' : 'inet');

function passing({ address, port, agentOnly, udp }: Reachable): string[] {
  const protocols = udp ? ['tcp', 'udp'] : ['tcp'];
  const user = agentOnly ? ' user root' : '';
  return protocols.map(
    (protocol) => `pass out quick ${family(address)} proto ${protocol} to ${address} port ${port}${user}`,
  );
}

/** An anchor's rules (pf.conf(5)): the first `quick` rule that fits decides, so that the last drops all else. */
export function anchorOf({ reachable, needsNames }: Reach): string {
  return [
    'pass quick on lo0 all',
    ...reachable.flatMap(passing),
    ...(needsNames ? ['pass out quick proto { tcp, udp } to any port 53'] : []),
    'pass out quick inet proto udp from any port 68 to any port 67',
    'pass out quick inet6 proto udp from any port 546 to any port 547',
    'pass quick inet6 proto ipv6-icmp all icmp6-type { neighbrsol, neighbradv, routersol, routeradv, toobig }',
    'block drop quick all',
    '',
  ].join('\n');
}

/** Whether what `pfctl -s rules` lists ends in the rule that drops all. */
export const dropsAll = (listed: string): boolean =>
  /^block drop quick all\b/.test(listed.trim().split('\n').at(-1)?.trim() ?? '');
