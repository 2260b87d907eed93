import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import { network } from '../../sources/windows/network.ts';
import { type Fields, isFields, jsonOf, outputOf, rowsAt, textField } from '../answers.ts';
import type { Place } from '../collector.ts';

/** `NetworkCategory`: Windows has found a controller of this device's own domain behind it, and no other may be called so. */
const DOMAIN = 2;
/** IANA's ifType: Ethernet and Wi-Fi are what an office has; PPP, virtual and tunnel lead into one from anywhere. */
const LOCAL: readonly unknown[] = [6, 71];
const TUNNELS: readonly unknown[] = [23, 53, 131];
/** Makers of VPNs that show themselves as Ethernet, by the driver's own name, which is not translated. */
const VPN =
  /\bvpn\b|\btap\b|tap-windows|wintun|wireguard|fortinet|fortissl|anyconnect|globalprotect|pangp|juniper|pulse secure|ivanti|zscaler|check ?point|sonicwall|openvpn|netextender|f5 networks|big-ip|netskope|cloudflare|tailscale|zerotier|always ?on|tunnel|\bppp|\bwan miniport/i;
/** Neither an office's network nor surely a way into one: a virtual switch may bridge the one in the wall. */
const VIRTUAL = /virtual|hyper-v|vmware|virtualbox|loopback|bluetooth|wsl|docker|bridge/i;

type Way = 'local' | 'tunnel' | 'unclear';

/** Which adapter a network is reached by. */
function wayOf(profile: Fields, adapters: readonly Fields[]): Way {
  const { InterfaceIndex: index, InterfaceAlias: alias } = profile;
  const adapter =
    adapters.find((one) => typeof index === 'number' && one.InterfaceIndex === index) ??
    adapters.find((one) => typeof alias === 'string' && one.Name === alias);
  if (adapter === undefined) return 'unclear';
  const driver = textField(adapter, 'Description') ?? '';
  if (TUNNELS.includes(adapter.InterfaceType) || VPN.test(driver)) return 'tunnel';
  const isLocal = LOCAL.includes(adapter.InterfaceType) && adapter.Status === 'Up';
  return isLocal && adapter.HardwareInterface !== false && driver !== '' && !VIRTUAL.test(driver) ? 'local' : 'unclear';
}

const isCategory = (value: unknown): boolean => value === 0 || value === 1 || value === DOMAIN;

function placeOf(value: unknown): Known<boolean> {
  const [profiles, adapters] = [rowsAt(value, 'Profiles'), rowsAt(value, 'Adapters')];
  if (!isFields(value) || profiles === undefined || adapters === undefined)
    return unknown('not-understood', 'not the networks of this device');
  // Without any network it is on nobody's.
  if (profiles.length === 0) return known(false);
  if (!profiles.every((profile) => isCategory(profile.NetworkCategory)))
    return unknown('not-understood', 'an odd category');
  const ways = profiles.filter((one) => one.NetworkCategory === DOMAIN).map((one) => wayOf(one, adapters));
  if (ways.includes('local')) return known(true);
  if (ways.includes('unclear'))
    return unknown('not-told', 'the domain’s network is reached by an adapter of no known kind');
  // A device in no domain, such as one joined to Entra alone, never has the category, wherever it is.
  return value.PartOfDomain === true ? known(false) : unknown('not-told', 'this device is in no domain');
}

/**
 * By what Windows itself has authenticated: a network's category is the domain's only where a controller of it answers.
 * A VPN brings the domain home, and home is where the device then is.
 */
export const networkWindows: Place = {
  sources: [network],
  onCouncilNetwork: (outputs) => mapKnown(jsonOf(outputOf(outputs, network)), placeOf),
};
