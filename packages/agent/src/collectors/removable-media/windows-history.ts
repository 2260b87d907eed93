import { type Arrival, isKnown, type Known, known, mapKnown, type Medium, unknown } from '@beadle/shared';
import { DISK_LOG } from '../../sources/windows/event-logs.ts';
import { bitlockerVolumes, diskEvents, disks as disksSource } from '../../sources/windows/storage.ts';
import { outputOf } from '../answers.ts';
import type { Outputs } from '../collector.ts';
import { readBitlocker } from '../windows/bitlocker.ts';
import { attachedBy, type Disk, MMC, readDisks, serialOf, systemDisks, usbNumbers } from '../windows/disks.ts';
import { eventLogHistory } from '../windows/event-log.ts';
import { type LoggedEvent, readEvents } from '../windows/events.ts';
import { mediumOf } from './medium.ts';
import { mediaOf } from './windows-media.ts';

/** A disk came or went, or was there as Windows started. */
const DISK_SEEN = 1006;

const numberOf = (event: LoggedEvent, name: string): number | null => {
  const text = event.values.get(name) ?? '';
  return /^\d{1,20}$/.test(text) ? Number(text) : null;
};

const textOf = (event: LoggedEvent, name: string): string | undefined => {
  const text = event.values.get(name);
  return text === undefined || text === '' || text.toUpperCase() === 'NULL' ? undefined : text;
};

/** Bytes; zero for a disk that goes and for a reader without a card, undefined where neither is told. */
function capacityOf(event: LoggedEvent): number | null | undefined {
  const capacity = numberOf(event, 'Capacity');
  if (capacity !== null) return capacity;
  const partitions = numberOf(event, 'PartitionCount');
  return partitions === null ? undefined : partitions === 0 ? 0 : null;
}

function mediumIn(event: LoggedEvent): Medium {
  const parent = textOf(event, 'ParentId');
  const model = [textOf(event, 'Manufacturer'), textOf(event, 'Model')].filter((part) => part !== undefined).join(' ');
  return mediumOf({
    kind: 'storage',
    serial: serialOf({ serial: textOf(event, 'SerialNumber'), parent }),
    vendorAndProduct: usbNumbers(parent),
    model,
    bytes: capacityOf(event) ?? null,
    encrypted: { unknown: 'not-told' },
    name: model || 'disk',
  });
}

const isSame = (medium: Medium, disk: Disk): boolean =>
  disk.serial === null ? disk.model !== null && disk.model === medium.model : disk.serial === medium.serial;

/**
 * Arrivals among the events, oldest first. One that comes again for a disk that has not gone says only that something was
 * changed on it; where a built-in disk is told of, Windows has been started, and the numbers of disks begin anew.
 */
function arrivalsIn(events: readonly LoggedEvent[], system: readonly Disk[]): readonly Arrival[] {
  const inside = new Map<number | null, string>();
  const arrivals: Arrival[] = [];
  for (const event of events) {
    const attached = attachedBy(numberOf(event, 'BusType'));
    if (attached === 'built-in') inside.clear();
    const capacity = capacityOf(event);
    if (attached !== 'plugged' || capacity === undefined) continue;
    const [number, medium] = [numberOf(event, 'DiskNumber'), mediumIn(event)];
    const isKnownThere = number !== null && inside.get(number) === medium.subject;
    if (capacity === 0) inside.delete(number);
    else inside.set(number, medium.subject);
    if (capacity === 0 || isKnownThere || system.some((disk) => isSame(medium, disk))) continue;
    arrivals.push({ at: new Date(event.at).toISOString(), medium });
  }
  return arrivals;
}

/** What is still plugged in says more of itself. */
const asTheyAre = (arrivals: readonly Arrival[], present: Known<readonly Medium[]>): readonly Arrival[] =>
  arrivals.map(({ at, medium }) => {
    const now = isKnown(present) ? present.known.find(({ subject }) => subject === medium.subject) : undefined;
    return { at, medium: now === undefined ? medium : { ...medium, encrypted: now.encrypted } };
  });

function arrivalsOf(xml: string, outputs: Outputs): Known<readonly Arrival[]> {
  const disks = readDisks(outputOf(outputs, disksSource));
  const volumes = readBitlocker(outputOf(outputs, bitlockerVolumes));
  return mapKnown(readEvents(xml), (all) => {
    const events = all.filter(({ eventId }) => eventId === DISK_SEEN);
    // The disk of a cheap tablet is one of these, and is told of at every start.
    if (!isKnown(disks) && events.some((event) => numberOf(event, 'BusType') === MMC))
      return unknown(disks.unknown, 'whether an MMC is built in was not told');
    const present = mapKnown(disks, (list) => mediaOf(list, volumes));
    return known(asTheyAre(arrivalsIn(events, systemDisks(disks)), present));
  });
}

/** Sticks that were plugged in while the agent was off, from a log that Windows keeps from version 1709 on. */
export const diskLogWindows = eventLogHistory({
  check: 'removable-media',
  log: DISK_LOG,
  source: diskEvents,
  needs: [disksSource, bitlockerVolumes],
  eventsOf: arrivalsOf,
});
