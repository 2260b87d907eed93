import type { Volume } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { diskEncryptionLinux } from '../../src/collectors/disk-encryption/linux.ts';
import { factsOf, lsblk, mounted, printed, row } from './outputs.ts';

function volumes(blockDevices: unknown, mounts?: unknown): Record<string, string> {
  const told = { 'linux/block-devices': blockDevices, 'linux/root-mount': mounts };
  const facts = factsOf<{ volumes: { known: Volume[] } | { unknown: string } }>(diskEncryptionLinux, told);
  if (!('known' in facts.volumes)) return { device: facts.volumes.unknown };
  return Object.fromEntries(
    facts.volumes.known.map(({ name, state }) => [name, 'known' in state ? state.known : state.unknown]),
  );
}

const part = (name: string, rest: object = {}) => row(name, 'part', { pkname: 'sda', ...rest });
const luks = (name: string, ...children: object[]) => part(name, { fstype: 'crypto_LUKS', children });
const opened = (name: string, rest: object = {}) =>
  row(name, 'crypt', { kname: 'dm-0', path: `/dev/mapper/${name}`, ...rest });

describe('encryption of volumes on Linux', () => {
  it('is what lies between the file system and the disk: LUKS under LVM under root and swap', () => {
    const lvm = (name: string, kname: string, target: string) =>
      row(name, 'lvm', { kname, path: `/dev/mapper/${name}`, mountpoints: [target] });
    const disk = row('sda', 'disk', {
      children: [
        part('sda1', { fstype: 'vfat', mountpoints: ['/boot/efi'] }),
        part('sda2', { fstype: 'ext4', mountpoints: ['/boot'] }),
        luks(
          'sda3',
          opened('sda3_crypt', { children: [lvm('vg-root', 'dm-1', '/'), lvm('vg-swap', 'dm-2', '[SWAP]')] }),
        ),
      ],
    });
    const mounts = mounted(['/dev/mapper/vg-root', '/'], ['/dev/sda2', '/boot'], ['/dev/sda1', '/boot/efi', 'vfat']);
    expect(volumes(lsblk(disk), mounts)).toEqual({ '/': 'on', '/dev/mapper/vg-swap': 'on' });
  });

  it('is not proved by an encrypted disk elsewhere', () => {
    const disks = lsblk(
      row('sda', 'disk', { children: [part('sda1', { mountpoints: ['/'] })] }),
      row('sdb', 'disk', { fstype: 'crypto_LUKS', children: [opened('data', { mountpoints: ['/data'] })] }),
    );
    expect(volumes(disks, mounted(['/dev/sda1', '/'], ['/dev/mapper/data', '/data']))).toEqual({
      '/': 'off',
      '/data': 'on',
    });
  });

  it('is known to be missing without udev’s database, as dm-crypt shows in TYPE', () => {
    expect(volumes(lsblk(row('vda', 'disk', { mountpoints: ['/'] })), mounted(['/dev/vda', '/']))).toEqual({
      '/': 'off',
    });
  });

  it('follows a flat list by the parents’ names', () => {
    const flat = lsblk(
      row('sda', 'disk'),
      part('sda2', { fstype: 'crypto_LUKS' }),
      opened('root', { pkname: 'sda2', mountpoints: ['/'] }),
      part('sda3', { mountpoints: ['/srv'] }),
    );
    expect(volumes(flat, mounted(['/dev/mapper/root', '/'], ['/dev/sda3', '/srv']))).toEqual({
      '/': 'on',
      '/srv': 'off',
    });
  });

  it('cannot tell from a flat list without the parents’ names', () => {
    const flat = lsblk(row('sda', 'disk'), row('dm-1', 'lvm', { mountpoints: ['/'] }));
    expect(volumes(flat, mounted(['/dev/dm-1', '/']))).toEqual({ '/': 'not-understood' });
  });

  it('takes a mirror for encrypted only where both of its disks are', () => {
    const mirror = row('md0', 'raid1', { mountpoints: ['/'] });
    const leg = (disk: string, child: object) => row(disk, 'disk', { children: [child] });
    const crypt = (name: string) => row(name, 'crypt', { children: [mirror] });
    const both = lsblk(leg('sda', crypt('c1')), leg('sdb', crypt('c2')));
    const one = lsblk(leg('sda', crypt('c1')), leg('sdb', row('sdb1', 'part', { children: [mirror] })));
    expect(volumes(both, mounted(['/dev/md0', '/']))).toEqual({ '/': 'on' });
    expect(volumes(one, mounted(['/dev/md0', '/']))).toEqual({ '/': 'off' });
  });

  it('judges every disk that one btrfs spans', () => {
    const btrfs = { fstype: 'btrfs', uuid: 'aaaa' };
    const disks = lsblk(
      row('sda', 'disk', { children: [luks('sda1', opened('c', { ...btrfs, mountpoints: ['/'] }))] }),
      row('sdb', 'disk', btrfs),
    );
    expect(volumes(disks, mounted(['/dev/mapper/c', '/', 'btrfs']))).toEqual({ '/': 'off' });
  });

  it('finds root by its source, whatever single mount point lsblk shows, and counts subvolumes but no bind mounts', () => {
    const old = lsblk(row('sda', 'disk', { mountpoints: undefined, mountpoint: '/var/lib/docker/btrfs' }));
    const mounts = mounted(
      ['/dev/sda[/@]', '/', 'btrfs', 'rw,subvolid=256,subvol=/@'],
      ['/dev/sda[/@home]', '/home', 'btrfs', 'rw,subvolid=257,subvol=/@home'],
      ['/dev/sda[/@/var/lib/docker/btrfs]', '/var/lib/docker/btrfs', 'btrfs', 'rw,subvolid=256,subvol=/@'],
    );
    expect(volumes(old, mounts)).toEqual({ '/': 'off', '/home': 'off' });
  });

  it.each([
    ['zfs', 'rpool/ROOT/os'],
    ['overlay', 'overlay'],
    ['bcachefs', '/dev/sda1:/dev/sdb1'],
    ['nfs4', 'server:/root'],
  ])('cannot tell of a root on %s', (fstype, source) => {
    expect(volumes(lsblk(row('sda', 'disk')), mounted([source, '/', fstype]))['/']).toMatch(
      /not-told|not-understood|source-missing/,
    );
  });

  it('leaves out loops, snaps, discs, memory, and what is judged as removable', () => {
    const devices = lsblk(
      row('loop0', 'loop', { fstype: 'squashfs', mountpoints: ['/snap/core/1'] }),
      row('sr0', 'rom', { fstype: 'iso9660', mountpoints: ['/media/disc'] }),
      row('zram0', 'disk', { mountpoints: ['[SWAP]'] }),
      row('sdb', 'disk', {
        tran: 'usb',
        children: [row('sdb1', 'part', { fstype: 'vfat', mountpoints: ['/media/stick'] })],
      }),
      row('nvme0n1', 'disk', { tran: 'nvme', mountpoints: ['/'] }),
    );
    const mounts = mounted(
      ['/dev/nvme0n1', '/'],
      ['/dev/loop0', '/snap/core/1', 'squashfs'],
      ['/dev/sdb1', '/media/stick', 'vfat'],
    );
    expect(volumes(devices, mounts)).toEqual({ '/': 'off' });
  });

  it('knows swap on plain dm-crypt by its type', () => {
    const disk = row('sda', 'disk', {
      children: [
        luks('sda1', opened('root', { mountpoints: ['/'] })),
        part('sda2', {
          children: [row('swap', 'crypt', { kname: 'dm-3', path: '/dev/mapper/swap', mountpoints: ['[SWAP]'] })],
        }),
        part('sda3', { fstype: 'swap', mountpoints: ['[SWAP]'] }),
      ],
    });
    expect(volumes(lsblk(disk), mounted(['/dev/mapper/root', '/']))).toEqual({
      '/': 'on',
      '/dev/mapper/swap': 'on',
      '/dev/sda3': 'off',
    });
  });

  it('reads the booleans and numbers of old versions', () => {
    const old = row('sda', 'disk', { rm: '0', hotplug: '0', size: '500', mountpoints: undefined, mountpoint: '/' });
    expect(volumes(lsblk(old), mounted(['/dev/root', '/']))).toEqual({ '/': 'off' });
  });

  it('goes by lsblk alone where findmnt tells nothing, and cannot tell of a root that neither shows', () => {
    expect(volumes(lsblk(row('sda', 'disk', { mountpoints: ['/'] })))).toEqual({ '/': 'off' });
    expect(volumes(lsblk(row('sda', 'disk')))).toEqual({ '/': 'source-missing' });
  });

  it.each([
    ['lsblk failed', printed('', { exitCode: 1, stderr: 'lsblk: failed to access sysfs directory' }), 'source-failed'],
    ['lsblk is missing', { kind: 'unreadable', reason: 'tool-missing' }, 'tool-missing'],
    ['its answer is cut short', printed('{"blockdevices": [{"name": "sda"'), 'not-understood'],
    ['its answer is another one', printed('1'), 'not-understood'],
  ])('cannot tell where %s', (_what, result, reason) => {
    expect(volumes(result, mounted(['/dev/sda', '/']))).toEqual({ device: reason });
  });

  it('cannot tell where the disk of a mount is not in the list, or its type not told', () => {
    const typeless = row('sda', 'disk', { type: undefined, mountpoints: ['/'] });
    expect(volumes(lsblk(row('sda', 'disk')), mounted(['/dev/sdx1', '/']))).toEqual({ '/': 'not-understood' });
    expect(volumes(lsblk(typeless), mounted(['/dev/sda', '/']))).toEqual({ '/': 'not-understood' });
  });
});
