import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/**
 * JSON `{Profiles, Adapters, PartOfDomain, EntraJoined, Wifi}`.
 *
 * - `Profiles`: a row for each network that is connected, `{InterfaceAlias, InterfaceIndex, NetworkCategory}`; 0 public, 1
 *   private, 2 the domain's, which Windows itself has authenticated. Empty while there is no network. The network's
 *   name, which is the SSID on Wi-Fi, is never read.
 * - `Adapters`: `{Name, InterfaceIndex, InterfaceType, Status, Description}`. `InterfaceType` is IANA's number (6 Ethernet,
 *   71 Wi-Fi, 23, 53 and 131 tunnels); `Status` is `Up`, `Down` or null; `Description` is the driver's.
 * - `PartOfDomain`: a boolean or null; `EntraJoined`: a boolean or null. A device joined to Entra alone is in no domain and
 *   never has the category 2.
 * - `Wifi`: `{Authentication}`, always null for now: Windows tells it only together with the SSID, or in words.
 */
export const network: Source = windowsSource({
  name: 'network',
  what: 'MSFT_NetConnectionProfile, MSFT_NetAdapter: kinds of networks and adapters; never the name of a network',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Says whether the device is on the council’s network. Which other network it is on is not looked at.',
  masked: only(
    fields('PartOfDomain EntraJoined', {
      Profiles: [fields('InterfaceAlias InterfaceIndex NetworkCategory')],
      Adapters: [fields('Name InterfaceIndex InterfaceType Status Description')],
      Wifi: fields('Authentication'),
    }),
  ),
});
