import { printed } from '../../../packages/agent/test/collectors/outputs.ts';
import { disk, SYSTEM_DISK, volume } from '../../../packages/agent/test/collectors/windows-rows.ts';
import type { Capture } from './capture.ts';

type Row = Readonly<Record<string, string>>;

/** The first `Name : value`, `Name: value` or `Name=value` of each name. */
function valuesOf(text: string, separator: ':' | '='): Row {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf(separator);
    return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const];
  });
  return Object.fromEntries(lines.toReversed());
}

const partsOf = (text: string): readonly Row[] =>
  text
    .split(/(?:\r?\n){3,}/)
    .map((part) => valuesOf(part, '='))
    .filter((row) => Object.keys(row).length > 1);

const CONVERSIONS: Readonly<Record<string, number>> = {
  FullyDecrypted: 0,
  FullyEncrypted: 1,
  'Fully Decrypted': 0,
  'Used Space Only Encrypted': 1,
  'Encryption in Progress': 2,
};
const METHODS: Readonly<Record<string, number>> = { None: 0, 'AES 256': 4, 'XTS-AES 128': 6, XtsAes128: 6 };

/** A list for people, in the numbers that Windows itself gives for the same. */
const asRow = (letter: string, type: number, row: Row, names: { readonly conversion: string; readonly method: string; readonly protection: string }) =>
  volume(letter, {
    VolumeType: type,
    Protection: /On$/.test(row[names.protection] ?? '') ? 1 : 0,
    Conversion: CONVERSIONS[row[names.conversion] ?? ''] ?? null,
    Pct: null,
    Method: METHODS[row[names.method] ?? ''] ?? null,
  });

const listed = (text: string): string => {
  const row = valuesOf(text, ':');
  return JSON.stringify([asRow('C:', 0, row, { conversion: 'VolumeStatus', method: 'EncryptionMethod', protection: 'ProtectionStatus' })]);
};

/** `manage-bde -status` in English. */
function status(text: string): string {
  const parts = text.includes('Volume ') ? text.split(/^Volume (?=[A-Z]:)/m).slice(1) : [`D: []\n[Data Volume]\n${text}`];
  return JSON.stringify(
    parts.map((part) =>
      asRow(part.slice(0, 2), part.includes('[OS Volume]') ? 0 : 1, valuesOf(part, ':'), {
        conversion: 'Conversion Status',
        method: 'Encryption Method',
        protection: 'Protection Status',
      }),
    ),
  );
}

const volumes = (...all: readonly object[]) => ({ volumes: { known: all } });
const C = (state: string, rest: object = {}) => ({ name: 'C:', role: 'system', state: { known: state }, ...rest });
const OTHERS_LANGUAGE = 'in the words of the system’s language: Windows’ own numbers are asked for';

const encryptable = (text: string): string => {
  const row = valuesOf(text, '=');
  const [Protection, Conversion, Method, VolumeType] = [row.ProtectionStatus, row.ConversionStatus, row.EncryptionMethod, row.VolumeType].map(Number);
  return JSON.stringify([{ DriveLetter: row.DriveLetter, DeviceID: row.DeviceID, VolumeType, Protection, Conversion, Pct: null, Method, Lock: 0 }]);
};

const bitlocker = (text: string): string => {
  const [row] = JSON.parse(text) as readonly Record<string, unknown>[];
  return JSON.stringify([volume(String(row?.MountPoint), { Protection: row?.ProtectionStatus, Conversion: row?.VolumeStatus, Pct: row?.EncryptionPercentage, Method: row?.EncryptionMethod })]);
};

/** A table whose columns are cut off; what stands behind `Microsoft.Of...` is no secret. */
const table = (text: string): string =>
  JSON.stringify(
    text
      .split(/\r?\n/)
      .map((line) => /^(\S.*?)\s{2,}Local\s+(.*\S)\s+(\S+)\s+(True|False)\s+(?:True|False)/.exec(line))
      .flatMap((row) => (row === null ? [] : [{ Name: row[1], PortName: row[3]?.replace('Microsoft.Of...', 'Microsoft.Office.OneNote_16001.1'), Network: false, Shared: row[4] === 'True' }])),
  );

const win32Printer = (text: string): string => {
  const row = valuesOf(text, '=');
  return JSON.stringify([{ Name: row.Name, PortName: row.PortName, Network: row.Network === 'TRUE', ServerName: null, ShareName: null }]);
};

const enclosure = (text: string, separator: ':' | '='): string => {
  const row = valuesOf(text, separator);
  return JSON.stringify({ SerialNumber: row.SerialNumber, SMBIOSAssetTag: row.SMBIOSAssetTag ?? null, ChassisTypes: [] });
};

/** MSFT_PhysicalDisk has the bus, the number and the size of MSFT_Disk. */
const physical = (text: string): string => {
  const row = valuesOf(text, '=');
  return JSON.stringify([disk(0, { BusType: Number(row.BusType), SerialNumber: row.SerialNumber, Size: Number(row.Size), IsBoot: true, FriendlyName: row.FriendlyName })]);
};

const classified = (text: string): string => {
  const rows = text.split(/\r?\n/).filter((line) => line !== '');
  const disks = rows.map((line, index) => disk(index + 1, { BusType: 1, SerialNumber: null, PNPDeviceID: line.split('\t')[0] }));
  return JSON.stringify([SYSTEM_DISK, ...disks]);
};

const accounts = (text: string): string =>
  JSON.stringify(partsOf(text).map((row) => ({ Name: row.Caption, Sid: row.SID, Disabled: row.Disabled === 'TRUE' })));

const asEvents = (text: string): string => `<Events>${text.trim()}</Events>`;
const NOT_THIS_LOG = 'another log, which needs an audit policy or is switched off: Windows’ log of disks is read';
const INTERFACE = 'InterfaceType and MediaType, which call NVMe and USB cases SCSI: MSFT_Disk’s bus is asked for';
const EVER = 'whatever was plugged in once, without saying when: what is there now, and the log, are read';

/** Volumes, disks, printers, accounts and the case. */
export const DEVICES: readonly Capture[] = [
  { path: 'windows/asset/Get-WmiObject-five-classes-asus-no-asset-tag.txt', source: 'windows/enclosure', check: 'asset-tag', cut: (text) => enclosure(text, ':'), facts: { assetTag: { known: null }, serialNumber: { known: 'E9N0CJ06786239E' } } },
  { path: 'windows/asset/wmic-bios-proxmox-vm.txt', source: 'windows/enclosure', check: 'asset-tag', cut: (text) => enclosure(text, '='), facts: { assetTag: { known: null }, serialNumber: { known: null } } },
  { path: 'windows/disk-encryption/Get-BitLockerVolume-cmdlet-missing.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', stream: 'stderr', exitCode: 1, facts: { volumes: { unknown: 'not-installed' } } },
  { path: 'windows/disk-encryption/Get-BitLockerVolume-fl-decrypted.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: listed, facts: volumes(C('off', { method: null })) },
  { path: 'windows/disk-encryption/Get-BitLockerVolume-fl-encrypted-comma.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: listed, facts: volumes(C('on', { method: 'XTS-AES-128' })) },
  { path: 'windows/disk-encryption/Get-BitLockerVolume-json-single-decrypted.json', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: bitlocker, facts: volumes(C('off', { percent: 0 })) },
  { path: 'windows/disk-encryption/manage-bde-status-de-decrypted.txt', notApplicable: OTHERS_LANGUAGE },
  { path: 'windows/disk-encryption/manage-bde-status-de-encrypting-100pct-protected.txt', notApplicable: OTHERS_LANGUAGE },
  { path: 'windows/disk-encryption/manage-bde-status-de-encrypting-3pct.txt', notApplicable: OTHERS_LANGUAGE },
  { path: 'windows/disk-encryption/manage-bde-status-en-all-decrypted-3vols.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: status, facts: volumes(C('off'), { name: 'J:', role: 'data', state: { known: 'off' } }, { name: 'K:', state: { known: 'off' } }) },
  { path: 'windows/disk-encryption/manage-bde-status-encrypting-50pct-data.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: status, facts: volumes({ name: 'C:', state: { unknown: 'not-told' } }, { name: 'D:', state: { known: 'encrypting' } }) },
  { path: 'windows/disk-encryption/manage-bde-status-encrypting-99pct-os.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: status, facts: volumes(C('encrypting')) },
  { path: 'windows/disk-encryption/manage-bde-status-used-space-protected-comma.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: status, facts: volumes(C('on', { method: 'AES-256' })) },
  { path: 'windows/disk-encryption/manage-bde-status-zh-error-no-such-volume.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', stream: 'stderr', exitCode: -1, facts: { volumes: { unknown: 'source-failed' } } },
  { path: 'windows/disk-encryption/wmic-encryptablevolume-utf16le-encrypted.txt', source: 'windows/bitlocker-volumes', check: 'disk-encryption', cut: encryptable, facts: volumes(C('on', { method: 'AES-256' })) },
  { path: 'windows/disk-encryption/wmic-win32_volume-same-machine.txt', notApplicable: 'every volume, also those that nobody encrypts: BitLocker’s own list is asked for' },
  { path: 'windows/local-admins/Get-LocalGroupMember-error.txt', source: 'windows/local-administrators', check: 'accounts', stream: 'stderr', exitCode: 1, facts: { administrators: { unknown: 'source-failed' } } },
  { path: 'windows/printers/Get-Printer-table-defaults-only.txt', source: 'windows/printers', check: 'printing', cut: table, facts: { queues: { known: ['Microsoft XPS Document Writer', 'Microsoft Print to PDF', 'Fax'].map((name) => ({ name, reach: 'file' })) } } },
  { path: 'windows/printers/Get-Printer-table-with-virtual-printers.txt', source: 'windows/printers', check: 'printing', cut: table, facts: { queues: { known: [{ name: 'ACIDDAMAGE', target: 'LPT1:', reach: 'local' }, { reach: 'file' }, { reach: 'file' }, { reach: 'file' }, { reach: 'file' }] } } },
  { path: 'windows/printers/Win32_Printer-wmic-list-hp1018-usb001-partial.txt', source: 'windows/printers', check: 'printing', cut: win32Printer, facts: { queues: { known: [{ name: 'HP LaserJet 1018', target: 'USB001', reach: 'local' }] } } },
  { path: 'windows/printers/event-kernel-pnp-400-printqueue.xml', notApplicable: 'another log, of every device: the queues that there are now are asked for' },
  // Printed to a file: its path, its document and its owner are nobody's business.
  { path: 'windows/printers/event-printservice-307-ez0.xml', source: 'windows/print-events', check: 'printing', cut: asEvents, events: [{ at: '2019-03-03T09:11:15.100Z', id: 3, queue: 'Microsoft Print to PDF', target: { known: { name: 'Microsoft Print to PDF', target: 'FILE:', reach: 'file' } }, sheets: 2 }] },
  { path: 'windows/printers/reg-export-USBPRINT-win7.reg', notApplicable: EVER },
  { path: 'windows/printers/reg-export-USBPRINT-xp-many.reg', notApplicable: EVER },
  // By what carries them; the three that call themselves SCSI cannot be told from built-in ones, and are not listed.
  { path: 'windows/removable-media/Win32_DiskDrive-classification-cases.tsv', source: 'windows/disks', check: 'removable-media', cut: classified, facts: { present: { known: [{ serial: '44E3E1B00308FB8D' }, { serial: null }, { serial: '000000000021' }] } } },
  { path: 'windows/removable-media/event-partition-1006-internal-sata.xml', source: 'windows/disk-events', check: 'removable-media', cut: asEvents, events: [] },
  { path: 'windows/removable-media/event-partition-1006-vhdx.xml', source: 'windows/disk-events', check: 'removable-media', cut: asEvents, events: [] },
  { path: 'windows/removable-media/event-security-6416-usbstor.xml', notApplicable: NOT_THIS_LOG },
  { path: 'windows/removable-media/event-umdf-2003-arrival.xml', notApplicable: NOT_THIS_LOG },
  { path: 'windows/removable-media/reg-export-USB-win7.reg', notApplicable: EVER },
  { path: 'windows/removable-media/wmic-MSFT_PhysicalDisk-latitude7480.txt', source: 'windows/disks', check: 'removable-media', cut: physical, facts: { present: { known: [] } } },
  { path: 'windows/removable-media/wmic-MSFT_PhysicalDisk-win10edu-fr.txt', source: 'windows/disks', check: 'removable-media', cut: physical, facts: { present: { known: [] } } },
  { path: 'windows/removable-media/wmic-cdrom-win10edu-fr.txt', notApplicable: 'drives for discs are no disks, and are not asked for' },
  { path: 'windows/removable-media/wmic-diskdrive-latitude7480.txt', notApplicable: INTERFACE },
  { path: 'windows/removable-media/wmic-diskdrive-nvme-french.txt', notApplicable: INTERFACE },
  { path: 'windows/removable-media/wmic-diskdrive-win7-mixed.txt', notApplicable: INTERFACE },
  { path: 'windows/removable-media/wmic-logicaldisk-win7.txt', notApplicable: 'DriveType, which calls USB disks fixed: MSFT_Disk’s bus is asked for' },
  { path: 'windows/removable-media/wmic-logicaldisk-winxp-mapped-drives.txt', notApplicable: 'DriveType, which calls USB disks fixed: MSFT_Disk’s bus is asked for' },
  { path: 'windows/users/wmic-useraccount-standalone-win10.txt', source: 'windows/local-accounts', check: 'accounts', cut: accounts, beside: { 'windows/local-administrators': printed('[]') }, facts: { guest: { known: 'off' }, local: { known: [{ name: 'S-1-5-21-407181654-3485178747-2417891341-500' }, { name: 'XPS-FUSIONINVEN\\teclib' }] } } },
];
