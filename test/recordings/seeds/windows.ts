import { disk, diskEvent, events, printer, printEvent, SYSTEM_DISK, volume } from '../../../packages/agent/test/collectors/windows-rows.ts';
import { SECRETS, type Seeds } from './seed.ts';

const { document, userFile, network, recoveryKey, windowTitle, person, fullName, label, password } = SECRETS;
const ADMINISTRATOR = { Name: 'LAPTOP-1\\Administrator', Sid: 'S-1-5-21-1-2-3-500' };

export const WINDOWS: Seeds = {
  platform: 'windows',
  outputs: {
    'windows/bitlocker-volumes': [
      // What the cmdlet would have told of the same volume.
      { ...volume('C:'), KeyProtector: [{ RecoveryPassword: recoveryKey }], VolumeLabel: label },
      volume('E:', { VolumeType: 2, Protection: 0, Conversion: 0 }),
    ],
    'windows/disks': [
      SYSTEM_DISK,
      { ...disk(1, { BusType: 7, DriveLetters: ['E:'] }), AccessPaths: [`C:\\Users\\${person}\\${userFile}\\`], VolumeLabel: label },
    ],
    'windows/disk-events': events(
      diskEvent(1, { Vbr0: label, Location: `C:\\Users\\${person}\\${userFile}.vhdx` }),
      diskEvent(2, { BusType: 15, DiskNumber: 2, SerialNumber: 'NULL', ParentId: `{8E7BD593}\\MsVhdHba\\1`, Location: `C:\\Users\\${person}\\${userFile}.vhdx` }),
    ),
    'windows/portable-devices': [
      { DeviceID: 'USB\\VID_18D1&PID_4EE1\\INVPHONE', Manufacturer: 'Invented', Model: 'Phone 7', Name: `Phone of ${fullName}`, Caption: fullName },
    ],
    'windows/event-logs': [
      { Log: 'Microsoft-Windows-Partition/Diagnostic', Enabled: true, Oldest: 1, Newest: 2 },
      { Log: 'Microsoft-Windows-PrintService/Operational', Enabled: true, Oldest: 1, Newest: 2 },
    ],
    'windows/printers': [
      printer('Home', `http://${person}:${password}@192.0.2.9/print`, { Url: `http://${person}:${password}@192.0.2.9/ipp`, Comment: fullName, Location: windowTitle }),
      printer('To a file', `C:\\Users\\${person}\\${userFile}.prn`),
    ],
    'windows/print-log': { Enabled: true },
    'windows/print-events': events(
      printEvent(1, { Param2: document, Param3: person, Param4: `\\\\${fullName}` }),
      printEvent(2, { Param2: document, Param3: person, Param5: 'To a file', Param6: `C:\\Users\\${person}\\${userFile}.pdf` }),
    ),
    'windows/os': { CurrentBuild: '26200', UBR: 7171, DisplayVersion: '25H2', EditionID: 'Professional', ProductName: 'Windows 10 Pro', InstallationType: 'Client', RegisteredOwner: fullName },
    'windows/firewall-profiles': ['Domain', 'Private', 'Public'].map((Name) => ({ Name, Enabled: 1, DefaultInboundAction: 4, LogFileName: `C:\\Users\\${person}\\${userFile}` })),
    'windows/screen-lock': {
      InactivityTimeoutSecs: 600,
      MaxInactivityTimeDeviceLock: null,
      Policy: null,
      User: null,
      Wallpaper: `C:\\Users\\${person}\\${userFile}`,
    },
    'windows/local-administrators': [ADMINISTRATOR, { Name: 'LAPTOP-1\\ict-build', Sid: 'S-1-5-21-1-2-3-1001', FullName: fullName, Description: windowTitle }],
    'windows/local-accounts': [
      { ...ADMINISTRATOR, Disabled: true },
      { Name: 'LAPTOP-1\\Guest', Sid: 'S-1-5-21-1-2-3-501', Disabled: true },
      { Name: 'LAPTOP-1\\ict-build', Sid: 'S-1-5-21-1-2-3-1001', Disabled: false, FullName: fullName },
    ],
    'windows/enclosure': { SerialNumber: 'INV1', SMBIOSAssetTag: 'DBC-1', ChassisTypes: [10], Manufacturer: 'Invented', Model: 'Notebook', PrimaryOwnerName: fullName, UserName: `COUNCIL\\${person}` },
    'windows/network': {
      Profiles: [{ InterfaceAlias: 'Wi-Fi', InterfaceIndex: 12, NetworkCategory: 0, Name: network }],
      Adapters: [{ Name: 'Wi-Fi', InterfaceIndex: 12, InterfaceType: 71, Status: 'Up', Description: 'Invented Wi-Fi' }],
      PartOfDomain: true,
      EntraJoined: false,
      Wifi: { Authentication: null, Ssid: network },
    },
  },
  nameAccounts: ['windows/local-administrators', 'windows/local-accounts'],
};
