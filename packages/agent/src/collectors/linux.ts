import { assetTagLinux } from './asset-tag/linux.ts';
import type { PlatformCollectors } from './collector.ts';
import { diskEncryptionLinux } from './disk-encryption/linux.ts';
import { networkLinux } from './network-place/linux.ts';
import { patchesLinux } from './patches/linux.ts';
import { printingLinux } from './printing/linux.ts';
import { printJobsLinux } from './printing/linux-history.ts';
import { removableMediaLinux } from './removable-media/linux.ts';
import { kernelLogLinux } from './removable-media/linux-history.ts';

/** What is collected on Linux, in the order of the policy's clauses. */
export const LINUX: PlatformCollectors = {
  collectors: [diskEncryptionLinux, removableMediaLinux, printingLinux, patchesLinux, assetTagLinux],
  histories: [kernelLogLinux, printJobsLinux],
  place: networkLinux,
};
