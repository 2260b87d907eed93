import { lsblk, mounted, row } from '../../../packages/agent/test/collectors/outputs.ts';
import { SECRETS, type Seeds } from './seed.ts';

const { document, userFile, network, recoveryKey, windowTitle, person, fullName, label, password } = SECRETS;
const at = (second: number) => String((Date.UTC(2026, 10, 19, 10) + second * 1000) * 1000);
const logged = (second: number, MESSAGE: string) => JSON.stringify({ __REALTIME_TIMESTAMP: at(second), MESSAGE });

export const LINUX: Seeds = {
  platform: 'linux',
  outputs: {
    'linux/block-devices': lsblk(
      row('nvme0n1', 'disk', { tran: 'nvme', children: [row('nvme0n1p1', 'part', { fstype: 'ext4', mountpoints: ['/'] })] }),
      row('sda', 'disk', {
        tran: 'usb',
        serial: 'INV1',
        children: [row('sda1', 'part', { fstype: 'vfat', mountpoints: [`/run/media/${person}/${label}`] })],
      }),
    ),
    'linux/root-mount': mounted(
      ['/dev/nvme0n1p1', '/'],
      ['/dev/sda1', `/media/${person}/${label}`, 'vfat'],
      [`//nas/${person}/${userFile}`, `/home/${person}/${userFile}`, 'cifs', `rw,username=${person},password=${password}`],
      ['gvfsd-fuse', `/run/user/1000/gvfs/${userFile}`, 'fuse.gvfsd-fuse'],
    ),
    'linux/udev': [
      'P: /devices/usb1/1-1/block/sda',
      'N: sda',
      `S: disk/by-label/${label}`,
      'E: SUBSYSTEM=block',
      'E: DEVTYPE=disk',
      'E: ID_BUS=usb',
      `E: ID_FS_LABEL=${label}`,
      '',
      'P: /devices/virtual/net/wlan0',
      'E: SUBSYSTEM=net',
      `E: ID_SSID=${network}`,
      '',
      '',
    ].join('\n'),
    'linux/printers': `device for Home: ipp://${person}:${password}@192.168.1.9/ipp/print\n`,
    'linux/page-log': `Home ${person} 6 [19/Nov/2026:11:00:00 +0000] total 2 - localhost ${document} - -\n`,
    'linux/page-log-older': `Home ${person} 5 [18/Nov/2026:11:00:00 +0000] total 2 - localhost ${document} - -\nno line of it: ${windowTitle}\n`,
    'linux/kernel-log': `${[
      logged(1, 'usb 1-1: New USB device found, idVendor=1209, idProduct=0001, bcdDevice= 1.00'),
      logged(2, 'usb 1-1: SerialNumber: INV1'),
      logged(3, `audit: exe="/usr/bin/edit" name="/home/${person}/${userFile}"`),
      logged(4, `IPv6: wlan0: ${network} associated`),
    ].join('\n')}\n-- cursor: s=1;i=4\n`,
    'linux/mdatp': {
      healthy: true,
      realTimeProtectionEnabled: { value: true },
      passiveModeEnabled: { value: false },
      orgId: person,
      edrDeviceTags: { value: [fullName] },
      lastScan: `/home/${person}/${userFile}`,
    },
    'linux/accounts': `root:x:0:0:root:/root:/bin/bash\nholder:x:1000:1000:${fullName},Room 1,01442:/home/${person}:/bin/bash\n`,
    'linux/os': `ID=debian\nVERSION_ID=13\n# ${recoveryKey}\n`,
    'linux/administrators': 'sudo:x:27:ict-build\n',
    'linux/firewall': { Units: { firewalld: 'active', nftables: 'inactive', ufw: 'inactive' }, Rules: 3, Inbound: null },
    'linux/screen-lock': { Session: 'user', Desktop: 'GNOME', IdleDelay: 300, LockEnabled: true, LockDelay: 0 },
    'linux/network': { Wifi: { Security: 'WPA2' }, Vpn: ['vpn1'], OnCouncilNetwork: false },
  },
  nameAccounts: ['linux/administrators'],
};
