import { type Arrival, type Known, known, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { usbMessageOf, type UsbMessage } from '../../sources/macos/usb-log.ts';
import { usbLog } from '../../sources/macos/storage.ts';
import { textOf } from '../answers.ts';
import { FROM_START, type History } from '../collector.ts';
import { mediumOf } from './medium.ts';

/** `USBMSC Identifier (non-unique): SERIAL 0x781 0x5567 0x126, 2`; a stick without a number leaves it out. */
const SAID = /^USBMSC Identifier \(non-unique\): (?:(\S+) )??0x([0-9a-f]{1,4}) 0x([0-9a-f]{1,4}) 0x[0-9a-f]{1,4}\b/i;
const APPLE = '05ac';

/** Readers that are built in announce themselves at every start and wake, with a card in them or without. */
const isReader = (vendor: string, product: string): boolean => vendor === APPLE && product.startsWith('84');

const SECOND_MS = 1000;

function arrivalOf({ at, text }: UsbMessage): Arrival | undefined {
  const [said, serial, vendorId = '', productId = ''] = SAID.exec(text) ?? [];
  const [vendor, product] = [vendorId, productId].map((id) => id.toLowerCase().padStart(4, '0'));
  if (said === undefined || vendor === undefined || product === undefined || isReader(vendor, product))
    return undefined;
  const medium = mediumOf({
    kind: 'storage',
    serial,
    vendorAndProduct: `${vendor}:${product}`,
    model: null,
    bytes: null,
    encrypted: { unknown: 'not-told' },
    name: `${vendor}:${product}`,
  });
  return { at: new Date(at).toISOString(), medium };
}

function messagesOf(result: SourceResult): Known<readonly UsbMessage[]> {
  const text = textOf(result);
  if (!('known' in text)) return text.unknown === 'tool-missing' ? unknown('history-not-kept', text.detail) : text;
  return known(
    text.known
      .split('\n')
      .map(usbMessageOf)
      .filter((message) => message !== undefined)
      .toSorted((a, b) => a.at - b.at),
  );
}

/** Milliseconds since the epoch; undefined for a bookmark of another kind. */
function placeOf(bookmark: string): number | undefined {
  if (bookmark === FROM_START) return Number.NEGATIVE_INFINITY;
  return /^\d{1,15}$/.test(bookmark) ? Number(bookmark) : undefined;
}

/**
 * Sticks that the kernel announced while the agent was off, from the unified log, which forgets after some weeks. The
 * bookmark is the time of the last one read.
 */
export const usbLogMacos: History = {
  check: 'removable-media',
  id: 'macos/usb-log',
  sources: [usbLog],
  end: (host) => Promise.resolve(known(String(host.clock.now()))),
  async since(host, bookmark) {
    const place = placeOf(bookmark);
    if (place === undefined) return unknown('not-understood', 'a bookmark of another kind');
    const parameter = bookmark === FROM_START ? undefined : `@${Math.floor(place / SECOND_MS)}`;
    const read = messagesOf(await host.read(usbLog, parameter));
    if (!('known' in read)) return read;
    // The log is asked by whole seconds.
    const messages = read.known.filter(({ at }) => at > place);
    const last = messages.at(-1)?.at;
    return known({
      events: messages.flatMap((message) => arrivalOf(message) ?? []),
      bookmark: last === undefined ? bookmark : String(last),
    });
  },
};
