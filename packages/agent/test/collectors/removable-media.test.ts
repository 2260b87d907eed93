import type { Medium } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { removableMediaLinux } from '../../src/collectors/removable-media/linux.ts';
import { factsOf, lsblk, mounted, printed, row } from './outputs.ts';

const system = row('nvme0n1', 'disk', { tran: 'nvme', serial: 'INSIDE', mountpoints: ['/'] });
const root = mounted(['/dev/nvme0n1', '/']);

function present(disks: object[], udev?: string, mounts: unknown = root): Medium[] | string {
  const told = { 'linux/block-devices': lsblk(system, ...disks), 'linux/root-mount': mounts, 'linux/udev': udev };
  const facts = factsOf<{ present: { known: Medium[] } | { unknown: string } }>(removableMediaLinux, told);
  return 'known' in facts.present ? facts.present.known : facts.present.unknown;
}
const subjects = (...args: Parameters<typeof present>) => {
  const media = present(...args);
  return typeof media === 'string' ? media : media.map(({ subject }) => subject);
};
const only = (...args: Parameters<typeof present>) => {
  const media = present(...args);
  if (typeof media === 'string' || media.length !== 1) throw new Error(JSON.stringify(media));
  return media[0];
};

const stick = (rest: object = {}, children: object[] = []) =>
  row('sdb', 'disk', {
    rm: true,
    tran: 'usb',
    vendor: 'Invented',
    model: 'Traveller',
    serial: 'INV0001',
    size: 4096,
    children,
    ...rest,
  });
const record = (path: string, properties: Record<string, string>) =>
  `P: ${path}\nN: ${path.split('/').at(-1)}\n${Object.entries(properties)
    .map(([name, value]) => `E: ${name}=${value}\n`)
    .join('')}\n`;
const usb = '/devices/pci0/usb1/1-1/1-1:1.0/host0/target0/0/block/sdb';

describe('removable media on Linux', () => {
  it('are sticks, with serial, model and size', () => {
    expect(only([stick({}, [row('sdb1', 'part', { fstype: 'vfat' })])])).toEqual({
      subject: 'INV0001',
      serial: 'INV0001',
      kind: 'storage',
      model: 'Invented Traveller',
      bytes: 4096,
      encrypted: { known: false },
    });
  });

  it('are USB hard disks, too, which say that they are not removable', () => {
    expect(subjects([stick({ rm: false })])).toEqual(['INV0001']);
    expect(subjects([stick({ rm: '0', hotplug: '1', size: '4096' })])).toEqual(['INV0001']);
  });

  it('are not built-in disks, empty readers, discs, loops, memory, nor the disk that the system runs from', () => {
    const others = [
      row('sda', 'disk', { tran: 'sata', hotplug: true }),
      stick({ size: 0 }),
      row('sr0', 'rom', { tran: 'usb', rm: true }),
      row('loop0', 'loop', { rm: true }),
      row('zram0', 'disk', { size: 0 }),
    ];
    expect(present(others)).toEqual([]);
    expect(present([stick({}, [row('sdb1', 'part')])], undefined, mounted(['/dev/sdb1', '/']))).toEqual([]);
  });

  it('are memory cards, but not the soldered-in kind', () => {
    const card = row('mmcblk0', 'disk', { serial: '0x1234abcd', model: 'SL16G' });
    const slot = (type: string) => record('/devices/mmc_host/mmc0/mmc0:0001', { SUBSYSTEM: 'mmc', MMC_TYPE: type });
    const block = record('/devices/mmc_host/mmc0/mmc0:0001/block/mmcblk0', { SUBSYSTEM: 'block', DEVTYPE: 'disk' });
    expect(subjects([card], slot('SD') + block)).toEqual(['0x1234abcd']);
    expect(subjects([card])).toEqual(['0x1234abcd']);
    expect(subjects([card], slot('MMC') + block)).toEqual([]);
    expect(subjects([card, row('mmcblk0boot0', 'disk')])).toEqual([]);
  });

  it('have the serial that udev knows where lsblk tells none, without escapes and blanks', () => {
    const udev = record(usb, { SUBSYSTEM: 'block', DEVTYPE: 'disk', ID_SERIAL_SHORT: '\\x20INV\\x200002 ' });
    expect(only([stick({ serial: '   ' })], udev)).toMatchObject({ subject: 'INV 0002', serial: 'INV 0002' });
  });

  it.each(['0.0', '0000000000', '  ', 'None', null])(
    'have none where it is %j, and are known by their numbers',
    (serial) => {
      const udev = record(usb, { SUBSYSTEM: 'block', DEVTYPE: 'disk', ID_VENDOR_ID: '0951', ID_MODEL_ID: '1666' });
      expect(only([stick({ serial })], udev)).toMatchObject({ subject: '0951:1666', serial: null });
      expect(only([stick({ serial })])).toMatchObject({ subject: 'Invented:Traveller', serial: null });
    },
  );

  it.each([
    ['a LUKS partition only', [row('sdb1', 'part', { fstype: 'crypto_LUKS' })], { known: true }],
    ['BitLocker To Go', [row('sdb1', 'part', { fstype: 'BitLocker' })], { known: true }],
    [
      'an opened LUKS partition',
      [row('sdb1', 'part', { fstype: 'crypto_LUKS', children: [row('c', 'crypt', { fstype: 'ext4' })] })],
      { known: true },
    ],
    [
      'a plain partition beside',
      [row('sdb1', 'part', { fstype: 'crypto_LUKS' }), row('sdb2', 'part', { fstype: 'exfat' })],
      { known: false },
    ],
    ['no file system told', [row('sdb1', 'part')], { unknown: 'not-told', detail: expect.any(String) }],
  ])('are encrypted or not by what lies on them: %s', (_what, children, encrypted) => {
    expect(only([stick({}, children)])).toMatchObject({ encrypted });
  });

  it('are encrypted by what udev says, too, and without a partition', () => {
    const udev = record(`${usb}/sdb1`, { SUBSYSTEM: 'block', DEVTYPE: 'partition', ID_FS_TYPE: 'crypto_LUKS' });
    expect(only([stick({}, [row('sdb1', 'part')])], udev)).toMatchObject({ encrypted: { known: true } });
    expect(only([stick({ fstype: 'vfat' })])).toMatchObject({ encrypted: { known: false } });
  });

  it('list telephones and cameras as such', () => {
    const properties = {
      SUBSYSTEM: 'usb',
      DEVTYPE: 'usb_device',
      ID_MTP_DEVICE: '1',
      ID_SERIAL_SHORT: 'TEL1',
      ID_VENDOR_ID: '18d1',
      ID_MODEL_ID: '4ee1',
    };
    expect(only([], record('/devices/pci0/usb1/1-2', properties))).toMatchObject({
      kind: 'phone',
      subject: 'TEL1',
      bytes: null,
    });
  });

  it('may lack telephones where udev’s service has not looked at a device', () => {
    const phones = (properties: object) => {
      const udev = record('/devices/pci0/usb1/1-2', { SUBSYSTEM: 'usb', DEVTYPE: 'usb_device', ...properties });
      const told = { 'linux/block-devices': lsblk(system), 'linux/root-mount': root, 'linux/udev': udev };
      return factsOf<{ phones: object }>(removableMediaLinux, told).phones;
    };
    expect(phones({ PRODUCT: '18d1/4ee1/440' })).toMatchObject({ unknown: 'not-told' });
    expect(phones({ ID_VENDOR_ID: '18d1' })).toEqual({ known: 'told' });
  });

  it('cannot be told where a disk does not say how it is attached or how large it is', () => {
    expect(present([row('sdc', 'disk', { tran: undefined })])).toBe('not-understood');
    expect(present([stick({ size: undefined })])).toBe('not-understood');
    expect(present([row('sdc', 'disk', { type: undefined })])).toBe('not-understood');
  });

  it('cannot be told where lsblk tells nothing', () => {
    const told = { 'linux/block-devices': printed('', { exitCode: 32 }) };
    expect(factsOf(removableMediaLinux, told)).toMatchObject({ present: { unknown: 'source-failed' } });
  });
});
