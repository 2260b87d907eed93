import { printed } from '../../../packages/agent/test/collectors/outputs.ts';
import type { Capture } from './capture.ts';

type Row = Readonly<Record<string, string>>;

/** Blocks of `Name : value` or `Name=value`, with a blank line or the first name again between them. */
function blocksOf(text: string, separator: RegExp): readonly Row[] {
  const blocks: Record<string, string>[] = [{}];
  for (const line of text.split(/\r?\n/)) {
    const at = separator.exec(line);
    const name = at === null ? '' : line.slice(0, at.index).trim();
    const last = blocks.at(-1);
    if (at === null || last === undefined || !/^\w+$/.test(name)) continue;
    const block = name in last ? {} : last;
    if (block !== last) blocks.push(block);
    block[name] = line.slice(at.index + at[0].length).trim();
  }
  return blocks.filter((block) => Object.keys(block).length > 0);
}

const byColon = (text: string) => blocksOf(text, /:/);

/** A list for people, in the form in which the agent's own script prints the same. */
const products = (text: string): string =>
  JSON.stringify(
    byColon(text).map(({ displayName, instanceGuid, productState, timestamp }) => ({
      displayName,
      instanceGuid: instanceGuid?.toUpperCase(),
      productState: Number(productState),
      timestamp: timestamp === undefined ? null : new Date(timestamp).toISOString(),
    })),
  );

const FLAGS: Readonly<Record<string, boolean>> = { True: true, False: false };
const status = (text: string): string => {
  const [row = {}] = byColon(text);
  const flags = Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (value in FLAGS ? [[name, FLAGS[value]]] : [])));
  // Dates for people follow the region: the age in days does not.
  return JSON.stringify({ ...flags, AMRunningMode: row.AMRunningMode, AntivirusSignatureAge: Number(row.AntivirusSignatureAge), AntivirusSignatureLastUpdated: null });
};

const CATEGORIES: Readonly<Record<string, number>> = { Public: 0, Private: 1, DomainAuthenticated: 2 };
const WIRED = ['Ethernet', 'Ethernet 2'].map((Name, at) => ({ Name, InterfaceIndex: [12, 15][at], InterfaceType: 6, Status: 'Up', Description: 'Realtek PCIe GbE' }));
const profiles = (text: string): string =>
  JSON.stringify({
    Profiles: byColon(text).map((row) => ({ InterfaceAlias: row.InterfaceAlias, InterfaceIndex: Number(row.InterfaceIndex), NetworkCategory: CATEGORIES[row.NetworkCategory ?? ''] })),
    Adapters: WIRED,
    PartOfDomain: true,
  });

/** A laptop whose domain answers on each adapter that is up: what decides is which of them those are. */
function adapters(text: string): string {
  const rows = blocksOf(text, /=/).flatMap((row) => {
    const index = Number(row.InterfaceIndex);
    const up = row.InterfaceOperationalStatus === '1';
    return row.InterfaceIndex === undefined ? [] : [{ Name: row.Name, InterfaceIndex: index, InterfaceType: Number(row.InterfaceType), Status: up ? 'Up' : 'Down', Description: row.InterfaceDescription }];
  });
  const vpn = rows.filter(({ Status: state, Description }) => state === 'Up' && /VPN/.test(Description ?? ''));
  const category = (index: number) => (vpn.length === 0 || vpn.some((one) => one.InterfaceIndex === index) ? 2 : 1);
  const connected = rows.filter(({ Status: state }) => state === 'Up');
  return JSON.stringify({
    Profiles: connected.map((one) => ({ InterfaceAlias: one.Name, InterfaceIndex: one.InterfaceIndex, NetworkCategory: category(one.InterfaceIndex) })),
    Adapters: rows,
    PartOfDomain: true,
  });
}

const computer = (text: string): string => {
  const [row = {}] = blocksOf(text, /=/).filter((one) => one.PartOfDomain !== undefined);
  return JSON.stringify({ Profiles: [{ InterfaceAlias: 'Wi-Fi', InterfaceIndex: 9, NetworkCategory: 1 }], Adapters: [], PartOfDomain: row.PartOfDomain === 'TRUE', EntraJoined: true });
};

/** A value as `reg query` prints it, in the place of the shape that it is of. */
const valuesOf = (text: string): Row =>
  Object.fromEntries([...text.matchAll(/^\s*([\w.]+)\s+REG_\w+\s+(\S+)\s*$/gm)].map(([, name = '', value = '']) => [name, value]));
const layer = (values: Row) => ({
  ScreenSaveActive: values.ScreenSaveActive ?? null,
  ScreenSaverIsSecure: values.ScreenSaverIsSecure ?? null,
  ScreenSaveTimeOut: values.ScreenSaveTimeOut ?? values.ScreenSaveTimeout ?? null,
  ScreenSaver: values['SCRNSAVE.EXE'] !== undefined,
});
const lock = (rest: object): string => JSON.stringify({ InactivityTimeoutSecs: null, MaxInactivityTimeDeviceLock: null, Policy: null, User: layer({}), ...rest });

const healthy = { AMServiceEnabled: true, AntivirusEnabled: true, RealTimeProtectionEnabled: true, AMRunningMode: 'Normal', AntivirusSignatureAge: 0, AntivirusSignatureLastUpdated: '2026-11-19T20:00:00Z' };
const stopped = printed('', { exitCode: 1, stderr: 'Microsoft.Management.Infrastructure.CimException 0x800106BA' });
const registered = [{ displayName: 'Windows Defender', instanceGuid: '{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}', productState: 397_568, timestamp: null }];
const threeProfiles = ['Domain', 'Private', 'Public'].map((Name) => ({ Name, Enabled: 1, DefaultInboundAction: 4 }));

const LOCAL_ONLY = 'the registry holds the local policy alone, which group policy may outrank: the active store is asked';
const HOTFIXES = 'a list of what was installed, without much of it and with dates in the region’s own form: what is missing is asked for';
const NAMES_OF_NETWORKS = 'holds the names of networks, which are never read: the category of what is connected is asked for';
const SIGN_INS = 'in words and columns of the system’s language, and the check of sign-ins is not made yet';
const SOFTWARE = 'the check of software is not made yet';

/** The captures of patches, malware protection, firewall, screen lock, place, and of what is not collected. */
export const SETTINGS: readonly Capture[] = [
  { path: 'windows/antivirus/AntiVirusProduct-defender-on-397568.txt', source: 'windows/antivirus-products', check: 'malware-protection', cut: products, beside: { 'windows/defender': { ...healthy, AMRunningMode: null } }, facts: { products: { known: [{ name: 'Microsoft Defender', realTime: { known: true } }] } } },
  { path: 'windows/antivirus/AntiVirusProduct-defender-only-off-393472.txt', source: 'windows/antivirus-products', check: 'malware-protection', cut: products, beside: { 'windows/defender': stopped }, facts: { products: { known: [{ name: 'Microsoft Defender', realTime: { known: false } }] } } },
  { path: 'windows/antivirus/Get-MpComputerStatus-json-stale-29-days.json', source: 'windows/defender', check: 'malware-protection', beside: { 'windows/antivirus-products': registered }, facts: { products: { known: [{ realTime: { known: true }, signaturesAt: { known: Date.parse('2017-08-15T14:37:46Z') } }] } } },
  // The list was cut off before it says whether real-time protection is on.
  { path: 'windows/antivirus/Get-MpComputerStatus-ms-docs.txt', source: 'windows/defender', check: 'malware-protection', cut: status, beside: { 'windows/antivirus-products': registered }, facts: { products: { known: [{ realTime: { unknown: 'not-told' }, signaturesAt: { known: Date.UTC(2026, 10, 19, 9) } }] } } },
  { path: 'windows/firewall/reg-DomainProfile-win10.reg', notApplicable: LOCAL_ONLY },
  { path: 'windows/firewall/reg-PublicProfile-win10.reg', notApplicable: LOCAL_ONLY },
  { path: 'windows/firewall/reg-StandardProfile-win10.reg', notApplicable: LOCAL_ONLY },
  { path: 'windows/misc/Get-CimInstance-access-denied.txt', source: 'windows/firewall-profiles', check: 'firewall', stream: 'stderr', exitCode: 1, facts: { profiles: { unknown: 'access-denied' } } },
  { path: 'windows/network/Get-NetConnectionProfile-public-unidentified.txt', source: 'windows/network', check: 'firewall', cut: profiles, beside: { 'windows/firewall-profiles': threeProfiles }, facts: { profiles: { known: [{ name: 'Public', active: { known: true } }, { name: 'Private', active: { known: false } }, { name: 'Domain', active: { known: false } }] } }, onCouncilNetwork: { known: false } },
  { path: 'windows/network/event-networkprofile-10000.xml', notApplicable: NAMES_OF_NETWORKS },
  { path: 'windows/network/reg-NetworkList-win10.reg', notApplicable: NAMES_OF_NETWORKS },
  { path: 'windows/network/wmic-netadapter-vpn-down.txt', source: 'windows/network', check: 'firewall', cut: adapters, facts: {}, onCouncilNetwork: { known: true } },
  { path: 'windows/network/wmic-netadapter-vpn-up.txt', source: 'windows/network', check: 'firewall', cut: adapters, facts: {}, onCouncilNetwork: { known: false } },
  { path: 'windows/patch/Get-HotFix-spanish-dates.txt', notApplicable: HOTFIXES },
  { path: 'windows/patch/Get-HotFix-truncated-us-dates.txt', notApplicable: HOTFIXES },
  { path: 'windows/patch/wmic-qfe-xp-1899-style.txt', notApplicable: HOTFIXES },
  { path: 'windows/screen-lock/reg-InactivityTimeoutSecs-0x258.txt', source: 'windows/screen-lock', check: 'screen-lock', cut: (text) => lock({ InactivityTimeoutSecs: Number(valuesOf(text).InactivityTimeoutSecs) }), facts: { locksAfterSeconds: { known: 600 } } },
  { path: 'windows/screen-lock/reg-ScreenSaveTimeout-0.txt', source: 'windows/screen-lock', check: 'screen-lock', cut: (text) => lock({ User: layer({ ScreenSaveActive: '1', ScreenSaverIsSecure: '1', 'SCRNSAVE.EXE': 'x', ...valuesOf(text) }) }), facts: { locksAfterSeconds: { known: null } } },
  { path: 'windows/screen-lock/reg-ScreenSaverIsSecure-0.txt', source: 'windows/screen-lock', check: 'screen-lock', cut: (text) => lock({ User: layer({ ScreenSaveActive: '1', ScreenSaveTimeOut: '600', 'SCRNSAVE.EXE': 'x', ...valuesOf(text) }) }), facts: { locksAfterSeconds: { known: null }, asksPassword: { known: false } } },
  { path: 'windows/screen-lock/reg-policy-desktop-gpo-600.txt', source: 'windows/screen-lock', check: 'screen-lock', cut: (text) => lock({ Policy: layer(valuesOf(text)), User: layer({ ScreenSaveActive: '0', ScreenSaverIsSecure: '0' }) }), facts: { locksAfterSeconds: { known: 600 }, asksPassword: { known: true } } },
  { path: 'windows/software/powershell-appx-russian-utf8.txt', notApplicable: SOFTWARE },
  { path: 'windows/software/reg-Uninstall-russian-win10.reg', notApplicable: SOFTWARE },
  { path: 'windows/users/quser-console-en.txt', notApplicable: SIGN_INS },
  { path: 'windows/users/quser-disconnected-german-date.txt', notApplicable: SIGN_INS },
  { path: 'windows/users/quser-rdp-en.txt', notApplicable: SIGN_INS },
  { path: 'windows/users/reg-LogonUI-azuread-win11.reg', notApplicable: SIGN_INS },
  { path: 'windows/users/wmic-computersystem-azuread-win11.txt', source: 'windows/network', check: 'firewall', cut: computer, facts: {}, onCouncilNetwork: { unknown: 'not-told' } },
];
