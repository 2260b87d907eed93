import { administrators, enclosure, guest, localAccounts, power } from './macos/identity.ts';
import { installHistory, os, updates, updateState } from './macos/patches.ts';
import { printers, printJobs } from './macos/printing.ts';
import { bootPolicy, defender, firewall } from './macos/protection.ts';
import { idle, screenLock } from './macos/session.ts';
import { apfs, cardReader, externalDisks, filevault, usb, usbLog, usbMedia } from './macos/storage.ts';
import type { Source } from './source.ts';

/** Everything that the agent may run or read on macOS. */
export const MACOS_SOURCES: readonly Source[] = [
  filevault,
  apfs,
  externalDisks,
  usb,
  cardReader,
  usbMedia,
  usbLog,
  printers,
  printJobs,
  os,
  updates,
  updateState,
  installHistory,
  defender,
  firewall,
  screenLock,
  idle,
  enclosure,
  administrators,
  localAccounts,
  guest,
  bootPolicy,
  power,
];
