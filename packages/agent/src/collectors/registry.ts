import { assetTagLinux } from './asset-tag/linux.ts';
import type { Collector, History } from './collector.ts';
import { diskEncryptionLinux } from './disk-encryption/linux.ts';
import { patchesLinux } from './patches/linux.ts';
import { printingLinux } from './printing/linux.ts';
import { printJobsLinux } from './printing/linux-history.ts';
import { removableMediaLinux } from './removable-media/linux.ts';
import { kernelLogLinux } from './removable-media/linux-history.ts';

const COLLECTORS: Readonly<Partial<Record<NodeJS.Platform, readonly Collector[]>>> = {
  linux: [diskEncryptionLinux, removableMediaLinux, printingLinux, patchesLinux, assetTagLinux],
};

const HISTORIES: Readonly<Partial<Record<NodeJS.Platform, readonly History[]>>> = {
  linux: [kernelLogLinux, printJobsLinux],
};

/** In the order of the policy's clauses; the agent's own health is added by the cycle. */
export const collectorsFor = (platform: NodeJS.Platform): readonly Collector[] => COLLECTORS[platform] ?? [];

export const historiesFor = (platform: NodeJS.Platform): readonly History[] => HISTORIES[platform] ?? [];
