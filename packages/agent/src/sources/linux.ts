import { administrators, localAccounts } from './linux/accounts.ts';
import { screenLock } from './linux/desktop.ts';
import { firewall } from './linux/firewall.ts';
import { secureBoot } from './linux/firmware.ts';
import { enclosure } from './linux/identity.ts';
import { network } from './linux/network.ts';
import { aptFreshness, aptPending, dnfAdvisories, osRelease, restartRequired } from './linux/patches.ts';
import { olderPageLog, pageLog, printers, printJobs } from './linux/printing.ts';
import { clamav, defender } from './linux/protection.ts';
import { services } from './linux/services.ts';
import {
  blockDevices,
  blockEvents,
  kernelLog,
  kernelLogEnd,
  kernelLogPlace,
  mounts,
  udevDatabase,
  usbEvents,
  zfs,
} from './linux/storage.ts';
import type { Source } from './source.ts';

/** Everything that the agent may run or read on Linux. */
export const LINUX_SOURCES: readonly Source[] = [
  blockDevices,
  mounts,
  zfs,
  udevDatabase,
  blockEvents,
  usbEvents,
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
  clamav,
  defender,
  services,
  firewall,
  screenLock,
  administrators,
  localAccounts,
  secureBoot,
  enclosure,
  network,
];
