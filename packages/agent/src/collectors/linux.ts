import { accountsLinux } from './accounts/linux.ts';
import { assetTagLinux } from './asset-tag/linux.ts';
import type { PlatformCollectors } from './collector.ts';
import { configurationLinux } from './configuration/linux.ts';
import { diskEncryptionLinux } from './disk-encryption/linux.ts';
import { firewallLinux } from './firewall/linux.ts';
import { malwareProtectionLinux } from './malware-protection/linux.ts';
import { networkLinux } from './network-place/linux.ts';
import { patchesLinux } from './patches/linux.ts';
import { printingLinux } from './printing/linux.ts';
import { printJobsLinux } from './printing/linux-history.ts';
import { removableMediaLinux } from './removable-media/linux.ts';
import { kernelLogLinux } from './removable-media/linux-history.ts';
import { screenLockLinux } from './screen-lock/linux.ts';

/** What is collected on Linux, in the order of the policy's clauses. */
export const LINUX: PlatformCollectors = {
  collectors: [
    diskEncryptionLinux,
    removableMediaLinux,
    printingLinux,
    patchesLinux,
    malwareProtectionLinux,
    firewallLinux,
    screenLockLinux,
    accountsLinux,
    configurationLinux,
    assetTagLinux,
  ],
  histories: [kernelLogLinux, printJobsLinux],
  place: networkLinux,
};
