import { printed } from '../../../packages/agent/test/collectors/outputs.ts';
import { SECRETS, type Seeds } from './seed.ts';

const { document, userFile, network, fileVaultKey, person, fullName, label, password, windowTitle } = SECRETS;
const plist = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${body}</plist>\n`;
const key = (name: string, value: string) => `<key>${name}</key>${value}`;
const text = (value: string) => `<string>${value}</string>`;
const volume = (device: string, name: string, role: string) =>
  `<dict>${key('DeviceIdentifier', text(device))}${key('Name', text(name))}${key('FileVault', '<true/>')}${key('Roles', `<array>${role}</array>`)}</dict>`;
const container = (store: string, volumes: string) =>
  `<dict>${key('PhysicalStores', `<array><dict>${key('DeviceIdentifier', text(store))}</dict></array>`)}${key('Volumes', `<array>${volumes}</array>`)}</dict>`;
const stick = {
  _name: 'Data Stick',
  serial_num: 'INV1',
  vendor_id: '0x0781',
  product_id: '0x5581',
  Media: [{ _name: 'Data Stick', bsd_name: 'disk4', size_in_bytes: 1000, volumes: [{ _name: label, bsd_name: 'disk4s1', iocontent: 'DOS_FAT_32', mount_point: `/Volumes/${label}` }] }],
};

export const MACOS: Seeds = {
  platform: 'macos',
  outputs: {
    'macos/filevault': `FileVault is Off.\nDeferred enablement appears to be active for user '${person}'.\n`,
    'macos/apfs': plist(
      `<dict>${key('Containers', `<array>${container('disk0s2', volume('disk3s5', 'Data', text('Data')))}${container('disk4s2', volume('disk5s1', label, ''))}</array>`)}</dict>`,
    ),
    'macos/external-disks': plist(
      `<dict>${key('AllDisksAndPartitions', `<array><dict>${key('Content', text('FDisk_partition_scheme'))}${key('DeviceIdentifier', text('disk4'))}${key('Partitions', `<array><dict>${key('Content', text('DOS_FAT_32'))}${key('DeviceIdentifier', text('disk4s1'))}${key('MountPoint', text(`/Volumes/${label}`))}${key('VolumeName', text(label))}</dict><dict>${key('Content', text('Apple_APFS'))}${key('DeviceIdentifier', text('disk4s2'))}</dict></array>`)}</dict></array>`)}${key('VolumesFromDisks', `<array>${text(label)}</array>`)}</dict>`,
    ),
    'macos/usb': { SPUSBDataType: [{ _name: 'USB31Bus', _items: [stick] }] },
    'macos/card-reader': {
      SPCardReaderDataType: [{ _name: 'spcardreader', _items: [{ _name: 'SDXC Card', bsd_name: 'disk6', size_in_bytes: 1000, volumes: [{ _name: label, bsd_name: 'disk6s1', iocontent: 'DOS_FAT_32', mount_point: `/Volumes/${label}` }] }] }],
    },
    'macos/usb-media': plist(
      `<array><dict>${key('idVendor', '<integer>1452</integer>')}${key('USB Product Name', text(`Keyboard of ${fullName}`))}</dict></array>`,
    ),
    'macos/usb-log': `${JSON.stringify({ timestamp: '2026-09-01 10:00:00.000001+0000', eventMessage: `window "${windowTitle}" has come to the front` })}\n`,
    'macos/printers': `device for Home: ipp://${person}:${password}@192.168.1.9/ipp/print\n`,
    'macos/print-jobs': { HistoryKept: true, Jobs: [] },
    'macos/install-history': {
      SPInstallHistoryDataType: [
        { _name: 'XProtectPlistConfigData', install_date: '2026-11-18T08:00:00Z', package_source: 'package_source_apple' },
        { _name: document, install_date: '2026-11-18T08:00:00Z', package_source: 'package_source_other' },
        { _name: userFile, install_date: '2026-11-18T08:00:00Z', package_source: 'package_source_other' },
        { _name: network, install_date: '2026-11-18T08:00:00Z', package_source: 'package_source_other' },
      ],
    },
    'macos/os': `ProductName:\t\tmacOS\nProductVersion:\t\t26.1\nBuildVersion:\t\t25B78\n${fileVaultKey}\n`,
    'macos/updates': printed('Software Update Tool\n\nFinding available software\n', { stderr: 'No new software available.' }),
    'macos/firewall': 'Firewall is enabled. (State = 1)\n',
    'macos/administrators': 'GroupMembership: root ict-build\n',
    'macos/local-accounts': plist(
      `<array><dict>${key('dsAttrTypeStandard:RecordName', `<array>${text('root')}</array>`)}${key('dsAttrTypeStandard:UniqueID', `<array>${text('0')}</array>`)}</dict><dict>${key('dsAttrTypeStandard:RecordName', `<array>${text('ict-build')}${text(`${person}@icloud.example`)}</array>`)}${key('dsAttrTypeStandard:UniqueID', `<array>${text('501')}</array>`)}</dict></array>`,
    ),
    'macos/guest': '0\n',
  },
  nameAccounts: ['macos/administrators', 'macos/local-accounts'],
};
