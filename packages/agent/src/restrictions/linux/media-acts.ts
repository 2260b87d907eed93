import type { Act } from '../../host/act.ts';
import { mediaProbe } from './media-seen.ts';

export const setStick: Act = {
  id: 'linux/usb-storage-access',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/usb\/devices\/\d{1,3}-\d{1,3}(\.\d{1,3}){0,7}:\d{1,3}\.\d{1,3}\/authorized/,
    value: /[01]/,
    what: 'writes 0 or 1 to authorized of a USB interface that says it is mass storage',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Cuts memory sticks off while media are blocked, and lets them in again. Keyboards and mice are never touched.',
};
export const probeStick: Act = {
  id: 'linux/usb-storage-driver',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/usb\/drivers_probe/,
    value: /\d{1,3}-\d{1,3}(\.\d{1,3}){0,7}:\d{1,3}\.\d{1,3}/,
    what: 'has the kernel look for the driver of a USB interface',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Lets a memory stick in again that had been cut off.',
};
export const setCard: Act = {
  id: 'linux/card-access',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/mmc\/drivers\/mmcblk\/(un)?bind/,
    value: /mmc\d{1,3}:[0-9a-f]{4}/,
    what: 'takes a memory card in a slot away from its driver, or gives it back',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Cuts memory cards off while media are blocked, and lets them in again.',
};
export const lookAtMedia: Act = {
  id: 'linux/usb-storage',
  platform: 'linux',
  kind: 'looks',
  does: mediaProbe,
  timeLimitMs: 5_000,
  outputLimitBytes: 262_144,
  why: 'Sees which memory sticks and cards are plugged in and whether they are cut off. Not what is on them.',
};
