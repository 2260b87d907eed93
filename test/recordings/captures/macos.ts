import { readPlist } from '../../../packages/agent/src/sources/macos/plist.ts';
import { printed } from '../../../packages/agent/test/collectors/outputs.ts';
import type { PlatformCaptures } from './capture.ts';

const plist = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${body}</plist>\n`;
const NO_DISKS = plist('<dict><key>AllDisksAndPartitions</key><array/></dict>');
const IMMEDIATE = { 'macos/screen-lock': printed('', { stderr: 'sysadminctl[1:2] screenLock delay is immediate\n' }) };

/** What `-xml` prints of one kind of data, as `-json` prints the same. */
const asJson = (kind: string) => (text: string) => {
  const [root] = readPlist(text) as readonly { readonly _items: readonly unknown[] }[];
  return JSON.stringify({ [kind]: root?._items });
};

/** The listing for people, volume by volume, in the form of `-plist`. */
function asPlist(text: string): string {
  const volumes = text.split(/APFS Volume Disk \(Role\):/).slice(1).map((part) => {
    const role = /^\s+\S+ \((.*?)\)/.exec(part)?.[1] ?? '';
    const flag = /^[ |]*FileVault:\s+Yes/m.test(part);
    const roles = role === 'No specific role' ? '' : `<string>${role}</string>`;
    const name = /^[ |]*Name:\s+(.*?)(?: \(|$)/m.exec(part)?.[1] ?? '';
    return `<dict><key>Name</key><string>${name}</string><key>Roles</key><array>${roles}</array><key>FileVault</key><${flag}/></dict>`;
  });
  const store = '<key>PhysicalStores</key><array><dict><key>DeviceIdentifier</key><string>disk0s2</string></dict></array>';
  return plist(`<dict><key>Containers</key><array><dict>${store}<key>Volumes</key><array>${volumes.join('')}</array></dict></array></dict>`);
}

const root = (state: string) => ({ volumes: { known: [{ name: '/', role: 'system', state: { known: state } }] } });
/** Without the list of volumes it is not known whether there are others. */
const rootAlone = (state: string) => ({
  volumes: { known: [{ name: '/', role: 'system', state: { known: state } }, { name: '/Volumes', state: { unknown: 'source-missing' } }] },
});
const NOT_A_TABLE = 'a table for people, whose columns move: -plist is asked';
const OTHER_PRODUCT = 'another product, which the agent does not know: nothing is said of it';
const PLACE = 'nothing in it says whether the network is the council’s: the server knows it by the address';

export const MACOS: PlatformCaptures = {
  platform: 'macos',
  captures: [
    { path: 'macos/antivirus/cortex-xdr-runtime-query.txt', notApplicable: OTHER_PRODUCT },
    { path: 'macos/antivirus/defender-mdatp-health.json', source: 'macos/mdatp', check: 'malware-protection', facts: { products: { known: [{ name: 'Microsoft Defender', realTime: { known: true }, signaturesAt: { known: 1_683_092_938_089 }, upToDate: { known: true } }, { name: 'XProtect' }] } } },
    { path: 'macos/antivirus/sentinelone-status.txt', notApplicable: OTHER_PRODUCT },
    { path: 'macos/asset/system_profiler-11-apple-M1.txt', notApplicable: 'a description for people, in their language: the registry of hardware is read' },
    { path: 'macos/disk-encryption/diskutil-apfs-list-applesilicon-filevault-off.txt', source: 'macos/apfs', check: 'disk-encryption', cut: asPlist, facts: root('off') },
    { path: 'macos/disk-encryption/diskutil-apfs-list-filevault-unlocked-encrypted-no.txt', source: 'macos/apfs', check: 'disk-encryption', cut: asPlist, facts: root('on') },
    { path: 'macos/disk-encryption/fdesetup-status-off-will-be-enabled.txt', source: 'macos/filevault', check: 'disk-encryption', facts: rootAlone('off') },
    { path: 'macos/disk-encryption/fdesetup-status-off.txt', source: 'macos/filevault', check: 'disk-encryption', facts: rootAlone('off') },
    { path: 'macos/disk-encryption/fdesetup-status-on-needs-restart.txt', source: 'macos/filevault', check: 'disk-encryption', facts: rootAlone('on') },
    { path: 'macos/disk-encryption/fdesetup-status-on.txt', source: 'macos/filevault', check: 'disk-encryption', facts: rootAlone('on') },
    { path: 'macos/firewall/alf-globalstate.txt', notApplicable: 'the file is gone from macOS 15 on: socketfilterfw is asked' },
    { path: 'macos/firewall/socketfilterfw-enabled-macos26.txt', source: 'macos/firewall', check: 'firewall', facts: { profiles: { known: [{ enabled: { known: true }, inbound: { known: 'block' } }] } } },
    // The answer to another question must not pass for one to ours.
    { path: 'macos/firewall/socketfilterfw-stealth-off.txt', source: 'macos/firewall', check: 'firewall', facts: { profiles: { unknown: 'not-understood' } } },
    { path: 'macos/local-admins/dscl-admin-group.txt', source: 'macos/administrators', check: 'accounts', facts: { administrators: { known: [{ name: 'scottrosenberg' }] } } },
    { path: 'macos/local-admins/dscl-group-missing-rc56.txt', source: 'macos/administrators', check: 'accounts', stream: 'stderr', exitCode: 56, facts: { administrators: { unknown: 'source-failed' } } },
    { path: 'macos/network/SPAirPortDataType-connected.txt', notApplicable: PLACE },
    { path: 'macos/network/scutil-dns.txt', notApplicable: PLACE },
    { path: 'macos/network/wdutil-needs-sudo.txt', notApplicable: PLACE },
    { path: 'macos/patch/sw_vers-26.5.txt', source: 'macos/os', check: 'patches', facts: { system: { known: { label: 'macOS 26' } } } },
    { path: 'macos/removable-media/SPCardReaderDataType-empty.plist', source: 'macos/card-reader', check: 'removable-media', cut: asJson('SPCardReaderDataType'), beside: { 'macos/external-disks': NO_DISKS }, facts: { present: { known: [] } } },
    { path: 'macos/removable-media/SPCardReaderDataType_with_inserted_card.plist', source: 'macos/card-reader', check: 'removable-media', cut: asJson('SPCardReaderDataType'), beside: { 'macos/external-disks': NO_DISKS }, facts: { present: { known: [{ kind: 'storage', bytes: 15_931_539_456, encrypted: { known: false } }] } } },
    { path: 'macos/removable-media/SPUSBDataType-msc-and-hub.json', source: 'macos/usb', check: 'removable-media', facts: { present: { known: [{ serial: '0123456789ABCDEF', bytes: 3_909_091_328 }] } } },
    { path: 'macos/removable-media/SPUSBDataType.plist', source: 'macos/usb', check: 'removable-media', cut: asJson('SPUSBDataType'), facts: { present: { known: [{ serial: '20150123045944', encrypted: { known: false } }] } } },
    // The disk that the Mac was started from is not among them.
    { path: 'macos/removable-media/SPUSBDataType2.plist', source: 'macos/usb', check: 'removable-media', cut: asJson('SPUSBDataType'), facts: { present: { known: [{ serial: 'AASOP1QMSZ0XG051' }, { serial: '1311141504461042257807', model: 'UDisk 2.0' }] } } },
    { path: 'macos/removable-media/SPUSBDataType4.plist', source: 'macos/usb', check: 'removable-media', cut: asJson('SPUSBDataType'), beside: { 'macos/external-disks': NO_DISKS }, facts: { present: { known: [] } } },
    // The policy's words leave discs out: the card alone counts.
    { path: 'macos/removable-media/SPUSBDataType_with_inserted_dvd.plist', source: 'macos/usb', check: 'removable-media', cut: asJson('SPUSBDataType'), facts: { present: { known: [{ bytes: 15_931_539_456 }] } } },
    { path: 'macos/removable-media/SPUSBDataType_without_inserted_dvd.plist', source: 'macos/usb', check: 'removable-media', cut: asJson('SPUSBDataType'), beside: { 'macos/external-disks': NO_DISKS }, facts: { present: { known: [] } } },
    { path: 'macos/removable-media/diskutil-list-external-and-images-sierra.txt', notApplicable: NOT_A_TABLE },
    { path: 'macos/removable-media/diskutil-list-external-usb-stick.txt', notApplicable: NOT_A_TABLE },
    { path: 'macos/screen-lock/defaults-idleTime-0-never.txt', source: 'macos/idle', check: 'screen-lock', cut: (text) => JSON.stringify({ IdleTime: Number(text), DisplaySleepMinutes: 0 }), beside: IMMEDIATE, facts: { locksAfterSeconds: { known: null } } },
    { path: 'macos/screen-lock/defaults-idleTime-300.txt', source: 'macos/idle', check: 'screen-lock', cut: (text) => JSON.stringify({ IdleTime: Number(text), DisplaySleepMinutes: 0 }), beside: IMMEDIATE, facts: { locksAfterSeconds: { known: 300 } } },
    { path: 'macos/screen-lock/osascript-require-password.txt', notApplicable: 'asks a program of the desktop for it: sysadminctl is asked' },
    { path: 'macos/screen-lock/pmset-displaysleep-amphetamine.txt', source: 'macos/idle', check: 'screen-lock', cut: (text) => JSON.stringify({ IdleTime: null, DisplaySleepMinutes: Number(/displaysleep\s+(\d+)/.exec(text)?.[1]) }), beside: IMMEDIATE, facts: { locksAfterSeconds: { known: 600 } } },
    { path: 'macos/screen-lock/sysadminctl-screenlock-immediate.stderr.txt', source: 'macos/screen-lock', check: 'screen-lock', stream: 'stderr', facts: { asksPassword: { known: true } } },
    { path: 'macos/users/who-osx1014.txt', notApplicable: 'the check of sign-ins is not made yet' },
  ],
};
