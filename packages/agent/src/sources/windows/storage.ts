import type { Source } from '../source.ts';
import { RECORD_ID } from './event-logs.ts';
import { eventsAfter, fields, maskDiskEvents, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/**
 * JSON array, a row for each volume that BitLocker knows (also on Home, as device encryption):
 *
 * - `DriveLetter`: `"C:"`, or null for a volume without a letter.
 * - `DeviceID`: `"\\?\Volume{…}\"`; the same form as `VolumePaths` of `windows/disks`, by which the two are joined.
 * - `VolumeType`: 0 the system's, 1 fixed data, 2 portable.
 * - `Protection`: 0 off, 1 on, 2 unknown, as when it is locked. Off while `Conversion` is 1 is suspended, or a clear key.
 * - `Conversion`: 0 decrypted, 1 encrypted, 2 encrypting, 3 decrypting, 4 encrypting paused, 5 decrypting paused.
 * - `Pct`: percent encrypted, 0 to 100.
 * - `Method`: 0 none, 1 to 7 the vendor's number of the algorithm.
 * - `Lock`: 0 unlocked, 1 locked.
 *
 * Any number is null where Windows did not tell it (also where it told 4294967295). An empty array is what a process
 * without the right to ask gets: it says nothing. Key protectors are never asked for.
 * https://learn.microsoft.com/windows/win32/secprov/win32-encryptablevolume
 */
export const bitlockerVolumes: Source = windowsSource({
  name: 'bitlocker-volumes',
  what: 'Win32_EncryptableVolume: letter, type, protection, conversion, lock; never a key protector',
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Says whether each volume is encrypted and protected. Keys are never asked for.',
  masked: only([fields('DriveLetter DeviceID VolumeType Protection Conversion Pct Method Lock')]),
});

/**
 * JSON array, a row for each disk:
 *
 * - `Number`: as in `windows/disk-events`' `DiskNumber`; it is given anew at each arrival.
 * - `FriendlyName`, `Manufacturer`, `Model`, `SerialNumber`: the maker's texts, trimmed; null where empty.
 * - `BusType`: 7 USB, 12 SD, 13 MMC (the internal disk of cheap tablets), 15 a mounted image, 17 NVMe, …
 * - `Size`: bytes; 0 where there is no medium in it.
 * - `IsBoot`, `IsSystem`: booleans or null.
 * - `DriveLetters`: such as `["E:"]`. `VolumePaths`: such as `["\\?\Volume{…}\"]`, also of volumes without a letter.
 * - `PNPDeviceID`: such as `USBSTOR\DISK&VEN_…\0123456789&0`, or null. A last part whose second character is `&` was made
 *   up by Windows: there is no serial number in it.
 * - `ParentId`: of a disk with BusType 7, 12 or 13, `USB\VID_0951&PID_1666\0123456789`; null where it was not told.
 *
 * An empty array cannot be, as Windows runs from a disk: it says nothing.
 * https://learn.microsoft.com/windows-hardware/drivers/storage/msft-disk
 */
export const disks: Source = windowsSource({
  name: 'disks',
  what: 'MSFT_Disk and MSFT_Partition: maker, model, serial number, bus, size, letters; never what is on them',
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists disks, to tell sticks and memory cards from the disks that are built in.',
  masked: only([
    fields('Number FriendlyName Manufacturer Model SerialNumber BusType Size IsBoot IsSystem PNPDeviceID ParentId', {
      DriveLetters: ['value'],
      VolumePaths: ['value'],
    }),
  ]),
});

/**
 * XML, oldest first, at most 2,000 events with a record id above the parameter (without one: the newest 2,000):
 *
 * `<Events><Event><System><EventID>1006</EventID><TimeCreated SystemTime="2026-06-04T08:32:00.1234567Z"/>
 * <EventRecordID>412</EventRecordID></System><EventData><Data Name="DiskNumber">2</Data>…</EventData></Event></Events>`
 *
 * with `Data` named `DiskNumber`, `BusType` (as in `windows/disks`), `Capacity` (bytes; 0 as a disk goes, and for an empty
 * reader), `PartitionCount`, `Manufacturer`, `Model`, `Revision`, `SerialNumber` (the text `NULL` where there is none),
 * `ParentId` (`USB\VID_…&PID_…\…`), `DiskId`, `UserRemovalPolicy` (`true` or `false`); any may be absent or blank. There
 * is one for every disk at each start of Windows, too. The raw sectors (`Mbr`, `Vbr0` …) are left out at the source. A log
 * that has begun again below the parameter is read from its start. `<Events/>` where nothing came since.
 */
export const diskEvents: Source = windowsSource({
  name: 'disk-events',
  what: 'Microsoft-Windows-Partition/Diagnostic, event 1006: when a disk came or went, its maker, model and serial number',
  parameter: RECORD_ID,
  privilege: 'root',
  timeLimitMs: 60_000,
  outputLimitBytes: 8_388_608,
  why: 'Shows sticks that were plugged in while the agent was off.',
  masked: maskDiskEvents,
  loggedAfter: eventsAfter,
});

/**
 * JSON array, a row for each telephone, camera or player that is plugged in now (never a disk, which also has a row
 * among Windows' portable devices): `DeviceID` (`USB\VID_05AC&PID_12A8&MI_00\…`), `Manufacturer` and `Model` (what the
 * device itself reports on its bus, such as `Pixel 7`), each null where not told. Never the name that a person gave it.
 * An empty array says that there is none.
 */
export const portableDevices: Source = windowsSource({
  name: 'portable-devices',
  what: 'Win32_PnPEntity of the class WPD: telephones and cameras that are plugged in; never their names',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Notices telephones and cameras on which files can be carried away.',
  masked: only([fields('DeviceID Manufacturer Model')]),
});
