import type { Source } from './source.ts';
import { eventLogs } from './windows/event-logs.ts';
import { autorun, enclosure, power, secureBoot } from './windows/identity.ts';
import { network } from './windows/network.ts';
import { missingUpdates, os, updateState } from './windows/patches.ts';
import { printers, printEvents, printLog } from './windows/printing.ts';
import { antivirusProducts, defender, firewallProducts, firewallProfiles, services } from './windows/protection.ts';
import { localAccounts, localAdministrators, screenLock } from './windows/session.ts';
import { bitlockerVolumes, diskEvents, disks, portableDevices } from './windows/storage.ts';

/** Everything that the agent may run or read on Windows. */
export const WINDOWS_SOURCES: readonly Source[] = [
  bitlockerVolumes,
  disks,
  diskEvents,
  portableDevices,
  eventLogs,
  printers,
  printLog,
  printEvents,
  os,
  missingUpdates,
  updateState,
  antivirusProducts,
  defender,
  firewallProfiles,
  firewallProducts,
  services,
  screenLock,
  localAdministrators,
  localAccounts,
  enclosure,
  autorun,
  secureBoot,
  power,
  network,
];
