import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { textOf } from '../answers.ts';

/** The properties of one device by name, `P` (its place in /sys) and `N` (its name in /dev) among them. */
export type UdevRecord = ReadonlyMap<string, string>;

const WANTED = /^E: SUBSYSTEM=(block|mmc)$|^E: DEVTYPE=usb_device$/m;

function recordOf(block: string): UdevRecord {
  const record = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, kind = '', rest = ''] = /^([PNE]): (.*)$/.exec(line) ?? [];
    const at = rest.indexOf('=');
    if (kind === 'P' || kind === 'N') record.set(kind, rest);
    else if (kind === 'E' && at > 0) record.set(rest.slice(0, at), rest.slice(at + 1));
  }
  return record;
}

/** Disks, memory cards and USB devices of `udevadm info --export-db`; nothing else in it is looked at. */
export function readUdev(result: SourceResult | undefined): Known<readonly UdevRecord[]> {
  return mapKnown(textOf(result), (text) => {
    if (text.trim() !== '' && !/^P: /m.test(text)) return unknown('not-understood', 'not a device database');
    return known(
      text
        .split(/\n\s*\n/)
        .filter((block) => WANTED.test(block))
        .map(recordOf),
    );
  });
}

/** `\x20` and the like, as udev writes what it does not want to write. */
export const unescapeUdev = (text: string | undefined): string | undefined =>
  text?.replaceAll(/\\x([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

export function recordOfBlockDevice(records: readonly UdevRecord[], kname: string): UdevRecord | undefined {
  return records.find(
    (record) => record.get('SUBSYSTEM') === 'block' && record.get('P')?.endsWith(`/${kname}`) === true,
  );
}
