import type { Volume } from '@beadle/shared';
import { checkNamed, isKnown } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskEncryptionWindows } from '../../src/collectors/disk-encryption/windows.ts';
import { errorsOf, factsOf, missing, outputs, printed } from './outputs.ts';
import { disk, SYSTEM_DISK, volume } from './windows-rows.ts';

interface Facts {
  readonly volumes: { readonly known: readonly Volume[] } | { readonly unknown: string };
}
const factsFor = (volumes: unknown, disks: unknown = [SYSTEM_DISK]): Facts =>
  factsOf<Facts>(diskEncryptionWindows, { 'windows/bitlocker-volumes': volumes, 'windows/disks': disks });
const volumesOf = (volumes: unknown, disks?: unknown): readonly Volume[] => {
  const { volumes: told } = factsFor(volumes, disks);
  return 'known' in told ? told.known : [];
};
const stateOf = (row: object) => volumesOf([volume('C:', row)])[0]?.state;

describe('a volume that BitLocker knows', () => {
  it.each([
    ['encrypted and protected', { Protection: 1, Conversion: 1 }, 'on'],
    ['never encrypted', { Protection: 0, Conversion: 0 }, 'off'],
    ['encrypted, with a key in the clear', { Protection: 0, Conversion: 1 }, 'suspended'],
    ['being encrypted', { Protection: 0, Conversion: 2 }, 'encrypting'],
    ['being encrypted, and protected so far', { Protection: 1, Conversion: 2, Pct: 100 }, 'encrypting'],
    ['being decrypted', { Protection: 0, Conversion: 3 }, 'decrypting'],
    ['paused on the way to being encrypted', { Protection: 0, Conversion: 4 }, 'encrypting'],
    ['paused on the way to being decrypted', { Protection: 0, Conversion: 5 }, 'decrypting'],
  ])('that is %s', (_words, row, state) => {
    expect(stateOf(row)).toEqual({ known: state });
  });

  it.each([
    ['locked', { Protection: 2, Conversion: null, Lock: 1 }, 'locked'],
    ['locked, whatever else is told', { Protection: 1, Conversion: 1, Lock: 1 }, 'locked'],
    ['of unknown protection', { Protection: 2, Conversion: 1 }, 'not-told'],
    ['of which the protection was not told', { Protection: null }, 'not-told'],
    ['of which the conversion was not told', { Conversion: 4_294_967_295 }, 'not-told'],
    ['protected and not encrypted', { Protection: 1, Conversion: 0 }, 'not-understood'],
    ['in a state that nobody has heard of', { Protection: 1, Conversion: 9 }, 'not-understood'],
  ])('that is %s is unknown', (_words, row, reason) => {
    expect(stateOf(row)).toMatchObject({ unknown: reason });
  });

  it('goes by its method and by how much of it is done', () => {
    expect(volumesOf([volume('C:', { Method: 6, Pct: 41, Conversion: 2 })])).toMatchObject([
      { name: 'C:', role: 'system', method: 'XTS-AES-128', percent: 41 },
    ]);
    expect(volumesOf([volume('C:', { Method: 5 })])).toMatchObject([{ method: 'hardware' }]);
    expect(volumesOf([volume('C:', { Method: 99, Pct: 400 })])).toMatchObject([{ method: null, percent: null }]);
  });

  it('without a letter goes by its path', () => {
    const path = String.raw`\\?\Volume{00000000-0000-4000-8000-000000000009}\ `.trim();
    const rows = [volume('C:'), { ...volume('D:', { VolumeType: 1 }), DriveLetter: null, DeviceID: path }];
    expect(volumesOf(rows).map(({ name }) => name)).toEqual(['C:', path]);
  });

  it('of which the type was not told may be the system’s, and is unknown', () => {
    expect(volumesOf([volume('C:', { VolumeType: null })])).toMatchObject([
      { name: 'C:', role: 'system', state: { unknown: 'not-told' } },
    ]);
  });
});

describe('the list of volumes', () => {
  it('says nothing where it is empty, denied or none at all', () => {
    expect(factsFor([]).volumes).toMatchObject({ unknown: 'not-told' });
    expect(factsFor('').volumes).toMatchObject({ unknown: 'not-understood' });
    expect(factsFor(missing).volumes).toEqual({ unknown: 'source-missing' });
    const denied = printed('', { exitCode: 1, stderr: 'HRESULT 0x80041003,GetCimInstanceCommand' });
    expect(factsFor(denied).volumes).toMatchObject({ unknown: 'access-denied' });
  });

  it('that lacks the system’s volume says that it does', () => {
    expect(volumesOf([volume('D:', { VolumeType: 1 })])).toMatchObject([
      { name: 'C:', role: 'system', state: { unknown: 'not-told' } },
      { name: 'D:', role: 'data', state: { known: 'on' } },
    ]);
  });

  it('leaves sticks, USB disks and mounted images to others, and a locked image to nobody', () => {
    const disks = [
      SYSTEM_DISK,
      disk(1, { BusType: 7, DriveLetters: ['E:'] }),
      disk(2, { BusType: 15, DriveLetters: ['F:', 'G:'] }),
    ];
    const plain = { VolumeType: 1, Protection: 0, Conversion: 0 };
    const rows = [
      volume('C:'),
      volume('E:', plain),
      volume('F:', plain),
      volume('G:', { ...plain, Protection: 2, Lock: 1 }),
      volume('S:', { ...plain, VolumeType: 2 }),
    ];
    expect(volumesOf(rows, disks).map(({ name }) => name)).toEqual(['C:', 'G:']);
    // Without the list of disks nobody says that they are not built in.
    expect(volumesOf(rows, missing).map(({ name }) => name)).toEqual(['C:', 'E:', 'F:', 'G:']);
  });

  it('counts a volume on the disk that Windows runs from, or on a built-in one, whatever BitLocker calls it', () => {
    const disks = [
      disk(0, { BusType: 7, IsBoot: true, DriveLetters: ['C:', 'D:'] }),
      disk(1, { DriveLetters: ['P:'] }),
    ];
    const rows = [volume('C:'), volume('D:', { VolumeType: 1 }), volume('P:', { VolumeType: 2 })];
    expect(volumesOf(rows, disks).map(({ name }) => name)).toEqual(['C:', 'D:', 'P:']);
  });
});

describe('whatever the sources print', () => {
  const number = fc.oneof(
    fc.integer({ min: -2, max: 9 }),
    fc.constantFrom(4_294_967_295, null, 'x', '1', 1.5, {}, true),
  );
  const rows = fc.array(
    fc.record(
      {
        DriveLetter: fc.constantFrom('C:', 'D', 'e:', '\u0000', '', null, 7),
        DeviceID: fc.constantFrom('x', null, '', 3),
        VolumeType: number,
        Protection: number,
        Conversion: number,
        Pct: number,
        Method: number,
        Lock: number,
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  );
  const anything = fc.oneof(rows, fc.jsonValue(), fc.string());

  it('the facts are of their form, and nothing is on that is not both encrypted and protected', () => {
    fc.assert(
      fc.property(anything, fc.oneof(fc.constant([SYSTEM_DISK]), fc.jsonValue()), (volumes, disks) => {
        const told = outputs({ 'windows/bitlocker-volumes': volumes, 'windows/disks': disks });
        const { facts } = diskEncryptionWindows.collect(told, 0);
        expect(errorsOf(checkNamed('disk-encryption')?.facts, isKnown(facts) ? facts.known : undefined)).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(rows, (list) => {
        const protectedRows = list.filter((one) => Number(one.Protection) === 1 && Number(one.Conversion) === 1);
        const on = volumesOf(list).filter(({ state }) => 'known' in state && state.known === 'on');
        expect(on.length).toBeLessThanOrEqual(protectedRows.filter(({ Lock }) => Lock !== 1).length);
      }),
    );
  });
});
