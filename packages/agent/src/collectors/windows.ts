import { accountsWindows } from './accounts/windows.ts';
import { assetTagWindows } from './asset-tag/windows.ts';
import type { PlatformCollectors } from './collector.ts';
import { diskEncryptionWindows } from './disk-encryption/windows.ts';
import { printingWindows } from './printing/windows.ts';
import { printLogWindows } from './printing/windows-history.ts';
import { removableMediaWindows } from './removable-media/windows.ts';
import { diskLogWindows } from './removable-media/windows-history.ts';

/** What is collected on Windows, in the order of the policy's clauses. */
export const WINDOWS: PlatformCollectors = {
  collectors: [diskEncryptionWindows, removableMediaWindows, printingWindows, assetTagWindows, accountsWindows],
  histories: [diskLogWindows, printLogWindows],
};
