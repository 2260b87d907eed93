import { checkNamed, isKnown, type Medium } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removableMediaWindows } from '../../src/collectors/removable-media/windows.ts';
import { realSerial, serialOf } from '../../src/collectors/windows/disks.ts';
import { errorsOf, factsOf, missing, outputs } from './outputs.ts';
import { disk, SYSTEM_DISK, volume } from './windows-rows.ts';

interface Facts {
  readonly present: { readonly known: readonly Medium[] } | { readonly unknown: string };
  readonly phones: { readonly known: 'told' } | { readonly unknown: string };
}
const factsFor = (disks: unknown, volumes: unknown = [volume('C:')], phones: unknown = []): Facts =>
  factsOf<Facts>(removableMediaWindows, {
    'windows/disks': disks,
    'windows/bitlocker-volumes': volumes,
    'windows/portable-devices': phones,
  });
const presentIn = (...args: Parameters<typeof factsFor>): readonly Medium[] | string => {
  const { present } = factsFor(...args);
  return 'known' in present ? present.known : present.unknown;
};
const stick = (rest: object = {}) =>
  disk(1, { BusType: 7, DriveLetters: ['E:'], ParentId: 'USB\\VID_1209&PID_0001\\INV1', ...rest });
const encryptedOf = (...volumes: readonly object[]) => {
  const media = presentIn([SYSTEM_DISK, stick()], [volume('C:'), ...volumes]);
  return typeof media === 'string' ? media : media[0]?.encrypted;
};
const ON_E = { VolumeType: 2 };

describe('a disk', () => {
  it.each([
    ['a USB stick', { BusType: 7 }],
    ['a memory card', { BusType: 12 }],
    ['an MMC that Windows does not run from', { BusType: 13 }],
    ['a FireWire disk', { BusType: 4 }],
    ['storage of USB, whatever its bus is called', { BusType: 1, PNPDeviceID: 'USBSTOR\\DISK&VEN_X\\INV1&0' }],
  ])('that is %s is a medium', (_words, rest) => {
    expect(presentIn([SYSTEM_DISK, stick(rest)])).toMatchObject([
      { kind: 'storage', serial: 'INV1', bytes: 1_000_000 },
    ]);
  });

  it.each([
    ['built in', { BusType: 17 }],
    ['a mounted image', { BusType: 15 }],
    ['a reader without a card', { Size: 0 }],
    ['a reader of which no size is told', { Size: null }],
    ['what Windows runs from', { IsBoot: true }],
    ['what Windows was started from', { IsSystem: true }],
  ])('that is %s is none', (_words, rest) => {
    expect(presentIn([SYSTEM_DISK, stick(rest)])).toEqual([]);
  });

  it.each([
    ['it is attached', { BusType: 1 }],
    ['it is attached, in no number at all', { BusType: null }],
    ['large it is', { Size: 'x' }],
  ])('of which nobody says how %s makes it unknown whether anything is plugged in', (_words, rest) => {
    expect(presentIn([SYSTEM_DISK, stick(rest)])).toBe('not-told');
  });

  it('is not what Windows runs from where another one is', () => {
    expect(presentIn([SYSTEM_DISK, stick({ IsBoot: null })])).toHaveLength(1);
    expect(presentIn([disk(0, { IsBoot: null, IsSystem: null }), stick({ IsBoot: null })])).toBe('not-told');
  });

  it('that is surely plugged in is told of beside one of which nobody knows', () => {
    expect(presentIn([SYSTEM_DISK, stick(), disk(2, { BusType: 1 })])).toMatchObject([{ serial: 'INV1' }]);
  });
});

describe('the list of disks', () => {
  it('says nothing where it is empty, lacks the disk of Windows, or is none', () => {
    expect(presentIn([])).toBe('not-told');
    expect(presentIn([disk(3)])).toBe('not-understood');
    expect(presentIn('')).toBe('not-understood');
    expect(presentIn(missing)).toBe('source-missing');
  });

  it('tells of one medium where a reader has two cards', () => {
    expect(presentIn([SYSTEM_DISK, stick(), stick({ Number: 2 })])).toHaveLength(1);
  });
});

describe('the serial number of a medium', () => {
  it.each([
    ['INV0042              ', 'INV0042'],
    ['INV0042&0', 'INV0042'],
    ['7&2A2C4B7A&0', null],
    ['6&1AE4A61&0&2', null],
    ['NULL', null],
    ['', null],
    ['\u0000\u0000', null],
    [undefined, null],
  ])('%j is %j', (told, serial) => {
    expect(realSerial(told)).toBe(serial);
  });

  it('is taken from the USB device where the disk tells none, and never from what is no USB device', () => {
    expect(serialOf({ serial: null, parent: 'USB\\VID_1209&PID_0001\\INV7' })).toBe('INV7');
    expect(serialOf({ serial: 'NULL', parent: 'USB\\VID_1209&PID_0001\\6&1&0&2' })).toBeNull();
    expect(serialOf({ serial: null, parent: 'PCI\\VEN_8086&DEV_A282\\3B8' })).toBeNull();
    expect(serialOf({ serial: null, parent: null, device: 'USBSTOR\\DISK&VEN_X\\INV8&0' })).toBe('INV8');
  });

  it('that it has none makes its vendor and product its name', () => {
    const media = presentIn([
      SYSTEM_DISK,
      stick({ SerialNumber: '7&2A2C4B7A&0', ParentId: 'USB\\VID_1209&PID_00AB\\6&1&0&2' }),
    ]);
    expect(media).toMatchObject([{ subject: '1209:00ab', serial: null }]);
    expect(presentIn([SYSTEM_DISK, stick({ SerialNumber: null, ParentId: null })])).toMatchObject([
      { subject: 'Invented Disk', serial: null },
    ]);
  });
});

describe('a stick with BitLocker To Go', () => {
  it('is encrypted where its volume is protected, or locked', () => {
    expect(encryptedOf(volume('E:', ON_E))).toEqual({ known: true });
    expect(encryptedOf(volume('E:', { ...ON_E, Protection: 2, Conversion: null, Lock: 1 }))).toEqual({ known: true });
  });

  it('is not where it is suspended, being encrypted, or only in part', () => {
    expect(encryptedOf(volume('E:', { ...ON_E, Protection: 0 }))).toEqual({ known: false });
    expect(encryptedOf(volume('E:', { ...ON_E, Conversion: 2 }))).toEqual({ known: false });
    const disks = [SYSTEM_DISK, stick({ DriveLetters: ['E:', 'F:'] })];
    expect(
      presentIn(disks, [volume('E:', ON_E), volume('F:', { ...ON_E, Conversion: 0, Protection: 0 })]),
    ).toMatchObject([{ encrypted: { known: false } }]);
    expect(presentIn(disks, [volume('E:', ON_E)])).toMatchObject([{ encrypted: { unknown: 'not-told' } }]);
  });

  it('is unknown where BitLocker says nothing of it', () => {
    expect(encryptedOf()).toMatchObject({ unknown: 'not-told' });
    expect(presentIn([SYSTEM_DISK, stick()], missing)).toMatchObject([{ encrypted: { unknown: 'source-missing' } }]);
  });

  it('is found by its path where it has no letter', () => {
    const row = volume('E:', ON_E);
    const media = presentIn(
      [SYSTEM_DISK, stick({ DriveLetters: [], VolumePaths: [row.DeviceID.toUpperCase()] })],
      [{ ...row, DriveLetter: null }],
    );
    expect(media).toMatchObject([{ encrypted: { known: true } }]);
  });
});

describe('telephones', () => {
  it('are told of apart from disks, by their number or by what they are', () => {
    const rows = [
      { DeviceID: 'USB\\VID_18D1&PID_4EE1\\INVPHONE', Manufacturer: 'Invented', Model: 'Phone 7' },
      { DeviceID: 'USB\\VID_05AC&PID_12A8&MI_00\\6&2B2F2A1&0&0000', Manufacturer: null, Model: null },
    ];
    expect(factsFor([SYSTEM_DISK], [volume('C:')], rows)).toMatchObject({
      phones: { known: 'told' },
      present: {
        known: [
          { kind: 'phone', subject: 'INVPHONE', model: 'Invented Phone 7' },
          { kind: 'phone', subject: '05ac:12a8', serial: null, model: null },
        ],
      },
    });
  });

  it('are unknown where nothing tells of them', () => {
    expect(factsFor([SYSTEM_DISK], [], missing)).toMatchObject({
      present: { known: [] },
      phones: { unknown: 'source-missing' },
    });
    expect(factsFor([SYSTEM_DISK], [], [{}])).toMatchObject({ phones: { unknown: 'not-understood' } });
  });
});

describe('whatever the sources print', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(7, 12, 15, 17, 'E:', ['E:'], '', '\uD800', 'USB\\VID_'));
  const rows = fc.array(
    fc.record(Object.fromEntries(Object.keys(disk(0)).map((key) => [key, value])) as Record<string, typeof value>, {
      requiredKeys: [],
    }),
    { maxLength: 4 },
  );

  it('the facts are of their form, and no pass is made of it', () => {
    fc.assert(
      fc.property(fc.oneof(rows, fc.jsonValue(), fc.string()), value, value, (disks, volumes, phones) => {
        const told = {
          'windows/disks': disks,
          'windows/bitlocker-volumes': volumes,
          'windows/portable-devices': phones,
        };
        const { facts } = removableMediaWindows.collect(outputs(told), 0);
        expect(errorsOf(checkNamed('removable-media')?.facts, isKnown(facts) ? facts.known : undefined)).toEqual([]);
        // Nothing is plugged in only where a disk says that Windows runs from it.
        const runs = Array.isArray(disks) && disks.some((one) => JSON.stringify(one).includes('true'));
        const isEmpty = JSON.stringify(facts).includes('"present":{"known":[]}');
        expect(isEmpty && !runs).toBe(false);
      }),
    );
  });
});
