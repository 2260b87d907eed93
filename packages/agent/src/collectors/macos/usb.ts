import { isKnown, type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { readUsbDisks } from '../../sources/macos/usb-media.ts';
import type { Partition } from './external-disks.ts';
import { type Fields, isFields, jsonOf, rowsAt, textField, textOf } from '../answers.ts';

/** What a USB device or a reader says of itself and of a disk in it. */
export interface Described {
  /** Such as `disk4`; null where it is not told which disk it is, as from macOS 26 on. */
  readonly disk: string | null;
  readonly serial: string | null;
  readonly vendorAndProduct: string | undefined;
  readonly model: string | null;
  readonly bytes: number | null;
  readonly partitions: readonly Partition[];
  readonly isOptical: boolean;
  readonly isRoot: boolean;
}

const hex = (id: number) => id.toString(16).padStart(4, '0');

/** `0x0781  (SanDisk Corporation)`; Apple's own number is a word. */
function numberOf(text: string | null | undefined): string | undefined {
  if (text === 'apple_vendor_id') return '05ac';
  return /^0x([0-9a-f]{1,4})\b/i
    .exec(text ?? '')?.[1]
    ?.toLowerCase()
    .padStart(4, '0');
}

/** Keys that differ by version: `serial_num`, before 10.7 `d_serial_num`, from 26 on `USBDeviceKeySerialNumber`. */
function field(row: Fields, ...keys: readonly string[]): string | null {
  const found = keys.flatMap((key) => textField(row, key) ?? []);
  return found[0] ?? null;
}

/** A volume that has no name of its own has its partition's. */
const partitionOf = (volume: Fields): Partition => ({
  name: field(volume, 'bsd_name') ?? '',
  content: field(volume, 'iocontent') ?? '',
  mountPoint: field(volume, 'mount_point'),
  volumeName: null,
});

function described(device: Fields, medium: Fields | undefined): Described {
  const vendor = numberOf(field(device, 'vendor_id', 'b_vendor_id', 'USBDeviceKeyVendorID', 'spcardreader_vendor-id'));
  const product = numberOf(
    field(device, 'product_id', 'a_product_id', 'USBDeviceKeyProductID', 'spcardreader_product-id'),
  );
  const serial = field(device, 'serial_num', 'd_serial_num', 'USBDeviceKeySerialNumber');
  const volumes = medium === undefined ? [] : (rowsAt(medium, 'volumes') ?? []);
  return {
    disk: medium === undefined ? null : field(medium, 'bsd_name'),
    serial: serial === 'Not Provided' ? null : serial,
    vendorAndProduct: vendor === undefined || product === undefined ? undefined : `${vendor}:${product}`,
    model: field(device, '_name'),
    bytes: typeof medium?.size_in_bytes === 'number' ? medium.size_in_bytes : null,
    partitions: volumes.map(partitionOf),
    isOptical: volumes.some((volume) => 'optical_media_type' in volume) || medium?.optical_media_type !== undefined,
    isRoot: volumes.some((volume) => volume.mount_point === '/'),
  };
}

/** Its media, as a list or, before 10.9, as fields of the device; a hub, too, may carry a `bsd_name`, such as `USB20Bus`. */
function mediaOf(device: Fields): readonly Fields[] {
  const listed = rowsAt(device, 'Media') ?? [];
  return [device, ...listed].filter((row) => /^disk\d+$/.test(String(row.bsd_name)));
}

/** Deeper than any hub on a hub may hang. */
const DEEPEST = 64;

/** Every device, and those below it. */
function devicesBelow(rows: readonly Fields[], depth = 0): readonly Fields[] {
  if (depth > DEEPEST) return [];
  return rows.flatMap((row) => [row, ...devicesBelow(rowsAt(row, '_items') ?? [], depth + 1)]);
}

export interface UsbDevices {
  /** Disks whose device is told. */
  readonly disks: readonly Described[];
  /** Devices that can be unplugged and of which it is not told whether they are disks: from macOS 26 on all of them. */
  readonly untold: readonly Described[];
}

const unpluggable = (row: Fields): boolean =>
  row.USBKeyHardwareType === 'Removable' && (rowsAt(row, '_items') ?? []).length === 0;

/** `system_profiler -json SPUSBDataType`, or `SPUSBHostDataType`, or both of them. */
export const readUsb = (result: SourceResult | undefined): Known<UsbDevices> =>
  mapKnown(jsonOf(result), (value) => {
    const [older, newer] = [rowsAt(value, 'SPUSBDataType'), rowsAt(value, 'SPUSBHostDataType')];
    const rows = [...(older ?? []), ...(newer ?? [])];
    if (older === undefined && newer === undefined) return unknown('not-understood', 'not a list of USB devices');
    // Every Mac has a bus: on macOS 26 the older list is empty whatever is plugged in.
    if (rows.length === 0) return unknown('not-told', 'the list of USB devices is empty');
    const devices = devicesBelow(rows);
    const disks = devices.flatMap((device) => mediaOf(device).map((medium) => described(device, medium)));
    return known({ disks, untold: devices.filter(unpluggable).map((device) => described(device, undefined)) });
  });

/** `ioreg -r -c IOUSBHostDevice -l -a`. */
export const readUsbMedia = (result: SourceResult | undefined): Known<readonly Described[]> =>
  mapKnown(textOf(result), (text) => {
    try {
      return known(
        readUsbDisks(text).map(({ name, serial, vendorId, productId, product, bytes }) => ({
          disk: name,
          serial,
          vendorAndProduct: vendorId === null || productId === null ? undefined : `${hex(vendorId)}:${hex(productId)}`,
          model: product,
          bytes,
          partitions: [],
          isOptical: false,
          isRoot: false,
        })),
      );
    } catch {
      return unknown('not-understood', 'not a list of USB devices');
    }
  });

/** `system_profiler -json SPCardReaderDataType`: a card stands below its reader, and has a number of its own or none. */
export const readCards = (result: SourceResult | undefined): Known<readonly Described[]> =>
  mapKnown(jsonOf(result), (value) => {
    const readers = rowsAt(value, 'SPCardReaderDataType');
    if (readers === undefined) return unknown('not-understood', 'not a list of card readers');
    const cards = readers.flatMap((reader) => (rowsAt(reader, '_items') ?? []).map((card) => ({ reader, card })));
    return known(
      cards
        .filter(({ card }) => isFields(card) && /^disk\d+$/.test(String(card.bsd_name)))
        .map(({ reader, card }) => ({
          ...described(reader, card),
          serial: field(card, 'spcardreader_card_serialnumber'),
          model: field(card, 'spcardreader_card_productname', '_name'),
        })),
    );
  });

/** What is known of them; an unknown list adds nothing. */
export const listed = <T>(fact: Known<readonly T[]>): readonly T[] => (isKnown(fact) ? fact.known : []);
