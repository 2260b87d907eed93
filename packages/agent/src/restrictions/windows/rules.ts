import type { Reachable } from '../reachable.ts';
import { allBut, allPortsBut } from './ranges.ts';

/** A rule that blocks, as `New-NetFirewallRule` takes it. */
export interface BlockRule {
  readonly direction: 'Inbound' | 'Outbound';
  readonly protocol: 'TCP' | 'UDP' | 'Any';
  readonly addresses: readonly string[];
  readonly ports: readonly string[] | null;
}

const LOOPBACK = ['127.0.0.0/8', '::1'];
/** DHCP of IPv4 and IPv6, without which there is no way to the server. */
const DHCP = [67, 68, 546, 547];
const DIRECTIONS = ['Inbound', 'Outbound'] as const;

const everythingBut = (addresses: readonly string[]): readonly string[] => {
  const reached = [...LOOPBACK, ...addresses];
  return [...allBut(4, reached), ...allBut(6, reached)];
};

/**
 * Windows lets a rule that blocks outweigh every rule that allows, whoever made it: so what is to stay is left out of what
 * is blocked. TCP to whatever is not reachable, UDP but for DHCP and, where names are needed, the name service; and of each
 * reachable address every port but its own. What is neither TCP nor UDP is left to Windows: the network itself needs it.
 */
export function blockRules(reachable: readonly Reachable[], needsNames: boolean): readonly BlockRule[] {
  const byAddress = Map.groupBy(reachable, ({ address }) => address);
  const free = [...DHCP, ...(needsNames ? [53] : [])];
  return DIRECTIONS.flatMap((direction): BlockRule[] => {
    const elsewhere = everythingBut([...byAddress.keys()]);
    const udp = reachable.filter((one) => one.udp).map(({ address }) => address);
    return [
      { direction, protocol: 'TCP', addresses: elsewhere, ports: null },
      { direction, protocol: 'UDP', addresses: everythingBut(udp), ports: allPortsBut(free) },
      ...[...byAddress].map(
        ([address, all]): BlockRule => ({
          direction,
          protocol: 'TCP',
          addresses: [address],
          ports: allPortsBut(all.map(({ port }) => port)),
        }),
      ),
    ];
  });
}
