import { isKnown, type Known, known, mapKnown, type Observation, unknown, type Volume } from '@beadle/shared';
import { blockDevices, mounts as mountsSource, zfs } from '../../sources/linux/storage.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { type BlockDevice, type BlockDevices, readBlockDevices, withAncestors } from '../linux/block-devices.ts';
import { encryptionOf } from '../linux/encryption.ts';
import { deviceOfMount, type Mount, readMounts, systemDevices } from '../linux/mounts.ts';
import { encryptionOfZfs, readZfs, type ZfsEncryption } from '../linux/zfs.ts';
import { isRemovableDisk } from '../linux/removable-disks.ts';

const MOST_VOLUMES = 200;
/** Plain by design: the machine starts from them before there is a key. */
const STARTS_FROM = /^\/(boot|efi)(\/|$)/;
/** They encrypt by themselves or not at all, which lsblk cannot see. */
const OWN_ENCRYPTION: ReadonlySet<string> = new Set(['zfs', 'bcachefs']);
const SPANNING: ReadonlySet<string> = new Set(['btrfs', 'bcachefs']);

interface Machine {
  readonly devices: BlockDevices;
  readonly mounts: Known<readonly Mount[]>;
  readonly system: ReadonlySet<string>;
  readonly zfs: Known<ZfsEncryption>;
}

const volume = (name: string, role: Volume['role'], encrypted: Known<boolean>): Volume => ({
  name: name.slice(0, 300),
  role,
  state: told(mapKnown(encrypted, (is) => known(is ? 'on' : 'off'))),
  // The cipher is told to root only, by cryptsetup, and not by a source of this list.
  method: null,
  percent: null,
});

const roleOf = (target: string): Volume['role'] => (target === '/' ? 'system' : 'data');

/** One btrfs may span several disks, of which only one is named as its source. */
function encryptionOfFilesystem(device: BlockDevice, devices: BlockDevices): Known<boolean> {
  const spans = SPANNING.has(device.fstype ?? '') && device.uuid;
  const others = [...devices.values()].filter(
    (one) => spans && one.uuid === device.uuid && one.fstype === device.fstype,
  );
  const parts = [device, ...others].map((one) => encryptionOf(one, devices));
  return parts.find((one) => isKnown(one) && !one.known) ?? parts.find((one) => !isKnown(one)) ?? known(true);
}

/** Loops show a file of a disk that is judged itself; memory holds nothing when off; discs are not fixed. */
const isIgnored = (device: BlockDevice): boolean =>
  device.type === 'loop' || device.type === 'rom' || /^(zram|ram)\d/.test(device.kname);

function isOnRemovable(machine: Machine, device: BlockDevice): boolean {
  return [...withAncestors(machine.devices, device.kname)].some((kname) => {
    const below = machine.devices.get(kname);
    return below !== undefined && isRemovableDisk(below, { ...machine, records: [] }) === true;
  });
}

function volumeOfMount(machine: Machine, mount: Mount): Volume | undefined {
  const role = roleOf(mount.target);
  if (mount.fstype === 'zfs')
    return volume(mount.target, role, encryptionOfZfs(mount.source, machine.zfs, machine.devices));
  const device = deviceOfMount(machine.devices, mount);
  const cannotTell = () =>
    volume(mount.target, role, unknown('not-told', `${mount.fstype || 'this'} cannot be told from its disks`));
  if (device === undefined) {
    if (OWN_ENCRYPTION.has(mount.fstype)) return cannotTell();
    if (/^\/dev\/(loop|sr|fuse|zram|ram)/.test(mount.source)) return role === 'system' ? cannotTell() : undefined;
    if (mount.source.startsWith('/dev/'))
      return volume(mount.target, role, unknown('not-understood', 'its disk is not in the list'));
    return role === 'system' ? cannotTell() : undefined;
  }
  if (isIgnored(device)) return role === 'system' ? cannotTell() : undefined;
  if (role !== 'system' && isOnRemovable(machine, device)) return undefined;
  const encrypted = encryptionOfFilesystem(device, machine.devices);
  if (OWN_ENCRYPTION.has(mount.fstype) && !(isKnown(encrypted) && encrypted.known)) return cannotTell();
  return volume(mount.target, role, encrypted);
}

/** Whole file systems and subvolumes; a bind mount shows files that are counted where they are. */
function mountsToJudge(machine: Machine): readonly Mount[] {
  const listed = isKnown(machine.mounts) ? machine.mounts.known : [];
  const judged = listed.filter((mount) => mount.target === '/' || !mount.isBind);
  const covered = new Set(judged.map((mount) => deviceOfMount(machine.devices, mount)?.kname));
  const onlyInDevices = [...machine.devices.values()]
    .filter((device) => !covered.has(device.kname))
    .flatMap((device) =>
      device.mountpoints.map((target) => ({ source: device.path, target, fstype: device.fstype ?? '', isBind: false })),
    );
  return [...judged, ...onlyInDevices].filter(({ target }) => target.startsWith('/') && !STARTS_FROM.test(target));
}

const swaps = ({ devices }: Machine): readonly Volume[] =>
  [...devices.values()]
    .filter((device) => device.mountpoints.includes('[SWAP]') && !isIgnored(device))
    .map((device) => volume(device.path, 'swap', encryptionOf(device, devices)));

const WEIGHT = (one: Volume): number => (isKnown(one.state) ? (one.state.known === 'on' ? 0 : 2) : 1);

/** Of two file systems mounted at one place the one that is worse off. */
function worstOfEach(volumes: readonly Volume[]): readonly Volume[] {
  const byName = new Map<string, Volume>();
  for (const one of volumes) {
    const other = byName.get(one.name);
    if (other === undefined || WEIGHT(one) > WEIGHT(other)) byName.set(one.name, one);
  }
  return [...byName.values()];
}

function volumesOf(machine: Machine): Known<Volume[]> {
  const mounted = mountsToJudge(machine).flatMap((mount) => volumeOfMount(machine, mount) ?? []);
  const hasRoot = mounted.some(({ name }) => name === '/');
  const why = isKnown(machine.mounts) ? unknown('not-understood', 'nothing is mounted at /') : machine.mounts;
  const root = hasRoot ? [] : [volume('/', 'system', why)];
  const volumes = worstOfEach([...root, ...mounted, ...swaps(machine)]);
  return volumes.length > MOST_VOLUMES ? unknown('output-too-large', 'too many volumes') : known([...volumes]);
}

/** Clause 5.9 on Linux: each mounted file system and swap device, by what lies between it and the disk. */
export const diskEncryptionLinux: Collector = {
  check: 'disk-encryption',
  sources: [blockDevices, mountsSource, zfs],
  collect(outputs): Observation {
    const devices = readBlockDevices(outputOf(outputs, blockDevices));
    const mounts = readMounts(outputOf(outputs, mountsSource));
    if (!isKnown(devices)) return { facts: known({ volumes: devices }), events: [] };
    const system = systemDevices(devices.known, mounts);
    const machine = { devices: devices.known, mounts, system, zfs: readZfs(outputOf(outputs, zfs)) };
    return { facts: known({ volumes: volumesOf(machine) }), events: [] };
  },
};
