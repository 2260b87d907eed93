import { isKnown, type Known, known, mapKnown, type Medium, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField, told } from '../answers.ts';
import { type BitlockerVolume, isSealed } from '../windows/bitlocker.ts';
import { type Disk, diskOfVolume, realSerial, usbNumbers } from '../windows/disks.ts';
import { rowsOf } from '../windows/json-rows.ts';
import { mediumOf, onePerSubject } from './medium.ts';

const MOST_MEDIA = 100;

/** BitLocker To Go, volume by volume: a letter that its list leaves out may be anything. */
function isEncrypted(disk: Disk, disks: readonly Disk[], volumes: Known<readonly BitlockerVolume[]>): Known<boolean> {
  if (!isKnown(volumes)) return volumes;
  const mine = volumes.known.filter((volume) => diskOfVolume(disks, volume) === disk);
  const sealed = mine.map(isSealed);
  if (sealed.some((one) => isKnown(one) && !one.known)) return known(false);
  const untold = sealed.find((one) => !isKnown(one));
  if (untold !== undefined) return untold;
  const isWhole = mine.length > 0 && disk.letters.every((letter) => mine.some((volume) => volume.letter === letter));
  return isWhole ? known(true) : unknown('not-told', 'BitLocker does not list what is on it');
}

/** Windows runs from one disk: where it is known which, no other is it. */
function isSystems(disk: Disk, disks: readonly Disk[]): boolean | undefined {
  return disk.isSystems ?? (disks.some((other) => other.isSystems === true) ? false : undefined);
}

/** Undefined where it could be either. */
function isMedium(disk: Disk, disks: readonly Disk[]): boolean | undefined {
  const systems = isSystems(disk, disks);
  if (disk.attached === 'built-in' || disk.attached === 'file' || systems === true) return false;
  // A reader without a card in it.
  if (disk.bytes === 0) return false;
  return disk.attached === undefined || systems === undefined || disk.bytes === undefined ? undefined : true;
}

const storageOf = (disk: Disk, encrypted: Known<boolean>): Medium =>
  mediumOf({
    kind: 'storage',
    serial: disk.serial,
    vendorAndProduct: disk.vendorAndProduct,
    model: disk.model,
    bytes: disk.bytes ?? null,
    encrypted: told(encrypted),
    name: disk.model ?? `disk ${disk.number ?? ''}`.trim(),
  });

/** Sticks, cards and disks in cases that are plugged in now. */
export function mediaOf(disks: readonly Disk[], volumes: Known<readonly BitlockerVolume[]>): Known<Medium[]> {
  const media = disks
    .filter((disk) => isMedium(disk, disks) === true)
    .map((disk) => storageOf(disk, isEncrypted(disk, disks, volumes)));
  const untold = disks.find((disk) => isMedium(disk, disks) === undefined);
  if (media.length === 0 && untold !== undefined)
    return unknown('not-told', `how disk ${untold.number ?? ''} is attached, or whether Windows runs from it`);
  if (media.length === 0 && disks.every(({ isSystems: its }) => its !== true))
    return unknown('not-understood', 'the disk that Windows runs from is not in the list');
  const all = onePerSubject(media);
  return all.length > MOST_MEDIA ? unknown('output-too-large', 'too many media') : known(all);
}

function phoneOf(row: Fields): Medium | undefined {
  const id = textField(row, 'DeviceID');
  if (typeof id !== 'string') return undefined;
  const names = [textField(row, 'Manufacturer'), textField(row, 'Model')].filter((part) => typeof part === 'string');
  return mediumOf({
    kind: 'phone',
    serial: realSerial(id.split('\\').at(-1)),
    vendorAndProduct: usbNumbers(id),
    model: names.join(' '),
    bytes: null,
    encrypted: { unknown: 'not-told' },
    name: 'phone',
  });
}

/** Telephones and cameras, which show files without being disks. */
export const phonesOf = (result: SourceResult | undefined): Known<readonly Medium[]> =>
  mapKnown(rowsOf(result), (rows) => {
    const phones = rows.map(phoneOf).filter((phone) => phone !== undefined);
    if (phones.length < rows.length) return unknown('not-understood', 'a device without an id');
    return phones.length > MOST_MEDIA ? unknown('output-too-large', 'too many devices') : known(phones);
  });
