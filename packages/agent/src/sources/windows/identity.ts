import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/**
 * JSON `{SerialNumber, SMBIOSAssetTag, ChassisTypes, Manufacturer, Model}` of Win32_BIOS, Win32_SystemEnclosure and
 * Win32_ComputerSystem: texts, trimmed, null where empty; `ChassisTypes` an array of SMBIOS's numbers (9 and 10 are
 * laptops, 3 a desktop). Makers leave placeholders such as `No Asset Tag`, which are handed on as they are.
 */
export const enclosure: Source = windowsSource({
  name: 'enclosure',
  what: 'Win32_BIOS, Win32_SystemEnclosure: serial number, asset tag, kind of case',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Compares the asset tag and serial number with the council’s register of devices.',
  masked: only(fields('SerialNumber SMBIOSAssetTag Manufacturer Model', { ChassisTypes: ['value'] })),
});

/**
 * JSON `{NoDriveTypeAutoRun, NoAutorun, User}`: numbers of `…\Policies\Explorer` for the device, null where absent.
 * `NoDriveTypeAutoRun` is a mask of kinds of drives, 255 (0xFF) all; `NoAutorun` 1 is none. `User` is `{NoDriveTypeAutoRun,
 * NoAutorun, DisableAutoplay}` of the person at the console; null where nobody is. The device's value wins over theirs.
 */
export const autorun: Source = windowsSource({
  name: 'autorun',
  what: 'NoDriveTypeAutoRun and NoAutorun (registry)',
  privilege: 'root',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says whether a program on a stick is started without being asked for.',
  masked: only(
    fields('NoDriveTypeAutoRun NoAutorun', { User: fields('NoDriveTypeAutoRun NoAutorun DisableAutoplay') }),
  ),
});

/**
 * JSON `{UEFISecureBootEnabled, PEFirmwareType}` of the registry: 1 on, 0 off, null where absent; firmware 1 is BIOS, which
 * has no Secure Boot, 2 is UEFI, null where absent.
 */
export const secureBoot: Source = windowsSource({
  name: 'secure-boot',
  what: 'UEFISecureBootEnabled and PEFirmwareType (registry)',
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says whether this device starts only systems that are signed.',
  masked: only(fields('UEFISecureBootEnabled PEFirmwareType')),
});

/**
 * JSON `{HasBattery, PowerOnline}`: booleans, null where not told. Asked for together with whatever else is due, so that
 * heavy sources can wait for mains power.
 */
export const power: Source = windowsSource({
  name: 'power',
  what: 'Win32_Battery: whether there is a battery, and whether it is being used',
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Lets what takes long wait until the device is plugged in.',
  masked: only(fields('HasBattery PowerOnline')),
});
