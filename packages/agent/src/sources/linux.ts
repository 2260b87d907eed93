import { enclosure, network } from './linux/identity.ts';
import { aptFreshness, aptPending, dnfAdvisories, osRelease, restartRequired } from './linux/patches.ts';
import { olderPageLog, pageLog, printers, printJobs } from './linux/printing.ts';
import {
  blockDevices,
  blockEvents,
  kernelLog,
  kernelLogEnd,
  kernelLogPlace,
  mounts,
  udevDatabase,
} from './linux/storage.ts';
import type { Source } from './source.ts';

/** Everything that the agent may run or read on Linux. */
export const LINUX_SOURCES: readonly Source[] = [
  blockDevices,
  mounts,
  udevDatabase,
  blockEvents,
  kernelLog,
  kernelLogEnd,
  kernelLogPlace,
  printers,
  printJobs,
  pageLog,
  olderPageLog,
  aptPending,
  aptFreshness,
  dnfAdvisories,
  restartRequired,
  osRelease,
  enclosure,
  network,
];
