import type { Files, ProbeSource } from '../../host/source.ts';
import { type SystemDevices, systemDevices } from './system-disks.ts';

const USB = '/sys/bus/usb/devices';
const MMC = '/sys/bus/mmc/devices';
/** USB class codes: mass storage (https://www.usb.org/defined-class-codes). */
const MASS_STORAGE = '08';
const INTERFACE = /^\d+-\d+(\.\d+)*:\d+\.\d+$/;
const SCSI = /^(host\d+|target[\d:]+|\d+:\d+:\d+:\d+)$/;

/** A storage interface of something plugged in. */
export interface Medium {
  /** `2-1:1.0` of a stick, `mmc0:0001` of a card. */
  readonly name: string;
  /** Not cut off: it is authorised, or has its driver. */
  readonly isOpen: boolean;
  /** Kernel names of its disks. */
  readonly disks: readonly string[];
  /** The system runs from it. */
  readonly isSystem: boolean;
}
export interface Media {
  readonly sticks: readonly Medium[];
  readonly cards: readonly Medium[];
}

const listed = (files: Files, path: string): Promise<readonly string[]> => files.list(path).catch(() => []);
const text = (files: Files, path: string): Promise<string> =>
  files.readText(path).then(
    (found) => found.trim(),
    () => '',
  );

/** The disks below a storage interface, where the kernel has made any: host, target, unit, block. */
async function disksBelow(files: Files, folder: string, depth = 0): Promise<readonly string[]> {
  const names = await listed(files, folder);
  if (names.includes('block')) return listed(files, `${folder}/block`);
  if (depth === 3) return [];
  const found = await Promise.all(
    names.filter((name) => SCSI.test(name)).map((name) => disksBelow(files, `${folder}/${name}`, depth + 1)),
  );
  return found.flat();
}

async function sticksIn(files: Files, system: SystemDevices): Promise<Medium[]> {
  const names = (await listed(files, USB)).filter((name) => INTERFACE.test(name));
  const found = await Promise.all(
    names.map(async (name): Promise<Medium | undefined> => {
      if ((await text(files, `${USB}/${name}/bInterfaceClass`)) !== MASS_STORAGE) return undefined;
      const isOpen = (await text(files, `${USB}/${name}/authorized`)) !== '0';
      const disks = await disksBelow(files, `${USB}/${name}`);
      return { name, isOpen, disks, isSystem: await system.isOn(disks) };
    }),
  );
  return found.filter((stick) => stick !== undefined);
}

/** Memory cards that can be taken out: what is soldered in is of the type MMC. */
async function cardsIn(files: Files, system: SystemDevices): Promise<Medium[]> {
  const found = await Promise.all(
    (await listed(files, MMC)).map(async (name): Promise<Medium | undefined> => {
      if ((await text(files, `${MMC}/${name}/type`)) !== 'SD') return undefined;
      const inside = await listed(files, `${MMC}/${name}`);
      const disks = await listed(files, `${MMC}/${name}/block`);
      return { name, isOpen: inside.includes('driver'), disks, isSystem: await system.isOn(disks) };
    }),
  );
  return found.filter((card) => card !== undefined);
}

export const mediaProbe: ProbeSource = {
  kind: 'probe',
  what: 'which interfaces below /sys/bus/usb/devices are mass storage, which memory cards are in, and whether they are cut off',
  async run(files): Promise<Media> {
    const system = await systemDevices(files);
    return { sticks: await sticksIn(files, system), cards: await cardsIn(files, system) };
  },
};
