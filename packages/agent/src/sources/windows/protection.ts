import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/**
 * JSON array of `AntiVirusProduct` of `root\SecurityCenter2`: `{displayName, instanceGuid, productState, timestamp}`.
 * `productState` is a number, 0xPPSSUU: SS 0x10 or 0x11 on, 0x00 or 0x01 off, 0x20 or 0x21 snoozed; UU 0x00 up to date,
 * 0x10 not. `instanceGuid` is upper case with braces; Defender's is `{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}`.
 * `timestamp` is when the state last changed, ISO or null. Programs that were removed may still be listed.
 * On a server the namespace is missing: exit code 1 with 0x8004100E on standard error. An empty array says that none is
 * registered.
 */
export const antivirusProducts: Source = windowsSource({
  name: 'antivirus-products',
  what: 'AntiVirusProduct of root\\SecurityCenter2: name and state',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says which anti-virus programs are installed and whether they are on and up to date.',
  masked: only([fields('displayName instanceGuid productState timestamp')]),
});

/**
 * JSON `{AMServiceEnabled, AntivirusEnabled, RealTimeProtectionEnabled, AMRunningMode, AntivirusSignatureAge,
 * AntivirusSignatureLastUpdated, IsTamperProtected}` of `MSFT_MpComputerStatus`. Booleans; `AMRunningMode` is `Normal`,
 * `Passive`, `SxS Passive`, `EDR Block` or `Not running`; the age is in days; the time is ISO. Each null where Defender
 * did not tell (also where it told 4294967295, or 1601). Exit code 1 where it is stopped (0x800106BA) or not installed.
 * https://learn.microsoft.com/previous-versions/windows/desktop/defender/msft-mpcomputerstatus
 */
export const defender: Source = windowsSource({
  name: 'defender',
  what: 'MSFT_MpComputerStatus: whether Microsoft Defender is on, and how old its signatures are',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether Microsoft Defender is on and up to date.',
  masked: only(
    fields(
      'AMServiceEnabled AntivirusEnabled RealTimeProtectionEnabled AMRunningMode AntivirusSignatureAge AntivirusSignatureLastUpdated IsTamperProtected',
    ),
  ),
});

/**
 * JSON array of three rows `{Name, Enabled, DefaultInboundAction}` of `MSFT_NetFirewallProfile` in the active store, which
 * is what holds after group policy. `Name` is `Domain`, `Private` or `Public`, in every language. `Enabled`: 0 off, 1 on,
 * 2 not configured. `DefaultInboundAction`: 0 not configured, 2 allow, 4 block. Null where not told. Fewer rows than
 * three, or none, say nothing about those that are missing. Which profile is in use is told by `windows/network`.
 */
export const firewallProfiles: Source = windowsSource({
  name: 'firewall-profiles',
  what: 'MSFT_NetFirewallProfile of the active store: on or off, and what becomes of what was not asked for',
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether the firewall is on.',
  masked: only([fields('Name Enabled DefaultInboundAction')]),
});

/**
 * JSON array of `FirewallProduct` of `root\SecurityCenter2`, as `windows/antivirus-products`: firewalls of other makers.
 * Windows' own is not listed. An empty array says that there is no other.
 */
export const firewallProducts: Source = windowsSource({
  name: 'firewall-products',
  what: 'FirewallProduct of root\\SecurityCenter2: name and state',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether another firewall takes the place of Windows’ own.',
  masked: only([fields('displayName instanceGuid productState timestamp')]),
});

/**
 * JSON array `{Name, State, StartMode}` of `Win32_Service` for those of `mpssvc` (the firewall), `WinDefend`, `wscsvc`
 * (Security Center) and `wuauserv` (updates) that exist. `State` is `Running`, `Stopped`, `Start Pending` …, `StartMode`
 * `Auto`, `Manual` or `Disabled`, in every language. A profile of a firewall whose service does not run protects nothing.
 */
export const services: Source = windowsSource({
  name: 'services',
  what: 'Win32_Service: whether the firewall, Defender, the Security Center and the updater run',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether what the settings promise runs at all.',
  masked: only([fields('Name State StartMode')]),
});
