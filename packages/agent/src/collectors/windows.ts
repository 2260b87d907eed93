import type { PlatformCollectors } from './collector.ts';
import { configurationWindows } from './configuration/windows.ts';
import { firewallWindows } from './firewall/windows.ts';
import { malwareProtectionWindows } from './malware-protection/windows.ts';
import { networkWindows } from './network-place/windows.ts';
import { patchesWindows } from './patches/windows.ts';
import { screenLockWindows } from './screen-lock/windows.ts';

/** What is collected on Windows, in the order of the policy's clauses. */
export const WINDOWS: PlatformCollectors = {
  collectors: [patchesWindows, malwareProtectionWindows, firewallWindows, screenLockWindows, configurationWindows],
  histories: [],
  place: networkWindows,
};
