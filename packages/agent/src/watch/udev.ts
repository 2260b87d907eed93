import { readdirSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Host } from '../host/host.ts';
import { blockEvents } from '../sources/linux/storage.ts';
import { coalesce } from './coalesce.ts';
import { keepTrying, pause } from './repeat.ts';
import type { Watcher } from './watcher.ts';

const LOOK_EVERY_MS = 2000;
const BLOCK_DEVICES = '/sys/block';
/** There while udev's daemon is; without it nothing is announced in the UDEV form. */
const UDEV_CONTROL = '/run/udev/control';

function sizeOf(folder: string, name: string): string {
  try {
    return readFileSync(`${folder}/${name}/size`, 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * Names and sizes: a card put into a reader that is there already changes only a size. Read at once rather than through
 * the thread pool, which would cost this look ten times as much: /sys is memory, and no disk is touched.
 */
const snapshot = (folder: string): string =>
  readdirSync(folder)
    .map((name) => `${name}:${sizeOf(folder, name)}`)
    .join(' ');

async function lookUntil(folder: string, changed: () => void, signal: AbortSignal): Promise<void> {
  let before = snapshot(folder);
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal);
    const now = signal.aborted ? before : snapshot(folder);
    if (now !== before) changed();
    before = now;
  }
}

interface Deps {
  readonly host: Pick<Host, 'follow'>;
  readonly folder?: string;
  readonly control?: string;
}

/**
 * Disks and sticks coming and going, as udev announces them once it knows their serial number (the KERNEL form comes
 * before). Where there is no udev, a look at /sys every two seconds, which starts nothing.
 */
export function createBlockWatcher({ host, folder = BLOCK_DEVICES, control = UDEV_CONTROL }: Deps): Watcher {
  return {
    id: 'linux/block-events',
    check: 'removable-media',
    async watch(changed, signal) {
      const hint = coalesce(changed, signal);
      await keepTrying(async () => {
        const hasUdev = await access(control).then(
          () => true,
          () => false,
        );
        if (!hasUdev) return lookUntil(folder, hint, signal);
        const ended = await host.follow(blockEvents, (line) => /^UDEV\s+\[/.test(line) && hint(), signal);
        if (ended.reason === 'tool-missing') await lookUntil(folder, hint, signal);
      }, signal);
    },
  };
}
