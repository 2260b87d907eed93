import { accountsWindows } from './accounts/windows.ts';
import { assetTagWindows } from './asset-tag/windows.ts';
import type { PlatformCollectors } from './collector.ts';
import { configurationWindows } from './configuration/windows.ts';
import { diskEncryptionWindows } from './disk-encryption/windows.ts';
import { firewallWindows } from './firewall/windows.ts';
import { malwareProtectionWindows } from './malware-protection/windows.ts';
import { networkWindows } from './network-place/windows.ts';
import { patchesWindows } from './patches/windows.ts';
import { printingWindows } from './printing/windows.ts';
import { printLogWindows } from './printing/windows-history.ts';
import { removableMediaWindows } from './removable-media/windows.ts';
import { diskLogWindows } from './removable-media/windows-history.ts';
import { screenLockWindows } from './screen-lock/windows.ts';

/** What is collected on Windows, in the order of the policy's clauses. */
export const WINDOWS: PlatformCollectors = {
  collectors: [
    diskEncryptionWindows,
    removableMediaWindows,
    printingWindows,
    patchesWindows,
    malwareProtectionWindows,
    firewallWindows,
    screenLockWindows,
    assetTagWindows,
    accountsWindows,
    configurationWindows,
  ],
  histories: [diskLogWindows, printLogWindows],
  place: networkWindows,
};
