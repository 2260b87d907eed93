import { shellScript } from '../linux/shell.ts';
import type { Source } from '../source.ts';
import { maskAccounts } from './masks.ts';

/**
 * The serial number and model as the registry of hardware tells them, and SMBIOS's number of the kind of case, which
 * Macs do not tell: one with a battery is a laptop (9), any other a desktop (3).
 */
const ENCLOSURE = `
about=$(/usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice) || exit 1
field() {
  printf '%s\\n' "$about" |
    /usr/bin/sed -n 's/^ *"'"$1"'" = <*"\\([A-Za-z0-9,.-]*\\)">*$/\\1/p' | /usr/bin/head -n 1
}
case $(/usr/sbin/ioreg -rd1 -c AppleSmartBattery) in *'"BatteryInstalled" = Yes'*) kind=9 ;; *) kind=3 ;; esac
printf '{"SerialNumber":"%s","Model":"%s","ChassisTypes":[%s]}' "$(field IOPlatformSerialNumber)" "$(field model)" "$kind"`;

export const enclosure: Source = {
  id: 'macos/enclosure',
  platform: 'darwin',
  reads: shellScript('serial number, model and whether there is a battery (ioreg)', ENCLOSURE),
  privilege: 'none',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Compares the serial number with the council’s register of devices.',
};

export const administrators: Source = {
  id: 'macos/administrators',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/bin/dscl'], args: ['.', '-read', '/Groups/admin', 'GroupMembership'] },
  privilege: 'none',
  timeLimitMs: 15_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists who may change this Mac’s settings and programs.',
};

export const localAccounts: Source = {
  id: 'macos/local-accounts',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/bin/dscl'],
    args: ['-plist', '.', '-readall', '/Users', 'RecordName', 'UniqueID', 'OriginalNodeName'],
  },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 4_194_304,
  why: 'Notices an account that was made on this Mac itself.',
  masked: maskAccounts,
};

export const guest: Source = {
  id: 'macos/guest',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/bin/defaults'],
    args: ['read', '/Library/Preferences/com.apple.loginwindow', 'GuestEnabled'],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says whether a guest may sign in.',
};

const POWER = `
case $(/usr/sbin/ioreg -rd1 -c AppleSmartBattery) in
*'"ExternalConnected" = Yes'*) printf '{"HasBattery":true,"PowerOnline":true}' ;;
*'"ExternalConnected" = No'*) printf '{"HasBattery":true,"PowerOnline":false}' ;;
*) printf '{"HasBattery":false,"PowerOnline":null}' ;;
esac`;

/** Asked for together with whatever else is due, so that heavy sources can wait for mains power. */
export const power: Source = {
  id: 'macos/power',
  platform: 'darwin',
  reads: shellScript('whether there is a battery, and whether it is being used (ioreg)', POWER),
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Lets what takes long wait until the device is plugged in.',
};
