import { accountsMacos } from './accounts/macos.ts';
import { assetTagMacos } from './asset-tag/macos.ts';
import type { PlatformCollectors } from './collector.ts';
import { configurationMacos } from './configuration/macos.ts';
import { diskEncryptionMacos } from './disk-encryption/macos.ts';
import { firewallMacos } from './firewall/macos.ts';
import { malwareProtectionMacos } from './malware-protection/macos.ts';
import { patchesMacos } from './patches/macos.ts';
import { printingMacos } from './printing/macos.ts';
import { printJobsMacos } from './printing/macos-history.ts';
import { removableMediaMacos } from './removable-media/macos.ts';
import { usbLogMacos } from './removable-media/macos-history.ts';
import { screenLockMacos } from './screen-lock/macos.ts';

/**
 * What is collected on macOS, in the order of the policy's clauses. Nothing on macOS says of its own whether a network
 * is the council's: there is no `place`, and where it matters the server knows it by the address.
 */
export const MACOS: PlatformCollectors = {
  collectors: [
    diskEncryptionMacos,
    removableMediaMacos,
    printingMacos,
    patchesMacos,
    malwareProtectionMacos,
    firewallMacos,
    screenLockMacos,
    assetTagMacos,
    accountsMacos,
    configurationMacos,
  ],
  histories: [usbLogMacos, printJobsMacos],
};
