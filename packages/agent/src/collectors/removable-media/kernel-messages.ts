import { type Arrival, unknown } from '@beadle/shared';
import { told } from '../answers.ts';
import { mediumOf } from './medium.ts';

/** What the kernel has said of one USB port or SCSI host so far. */
export interface Described {
  readonly serial?: string;
  readonly vendorAndProduct?: string;
  readonly manufacturer?: string;
  readonly product?: string;
}

/** Kept with the bookmark: a card may be put into a reader long after the reader was described. */
export interface Heard {
  readonly ports: ReadonlyMap<string, Described>;
  /** SCSI host number to the port of its USB storage. */
  readonly hosts: ReadonlyMap<string, string>;
}

export interface KernelMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

const MOST_REMEMBERED = 32;

const remembered = <V>(map: ReadonlyMap<string, V>, key: string, value: V): Map<string, V> => {
  const others = [...map].filter(([name]) => name !== key);
  return new Map([...others, [key, value] as const].slice(-MOST_REMEMBERED));
};

/** A line about a port adds to its description; a device that is found anew begins another one. */
function describe(heard: Heard, text: string): Heard | undefined {
  const [, port, said = ''] = /^usb ([\d.-]+): (.*)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  const before = heard.ports.get(port) ?? {};
  const [, vendor, product] = /^New USB device found, idVendor=([0-9a-f]{4}), idProduct=([0-9a-f]{4})/.exec(said) ?? [];
  const [, field, value] = /^(Product|Manufacturer|SerialNumber): (.*)$/.exec(said) ?? [];
  const next: Described | undefined =
    vendor !== undefined && product !== undefined
      ? { vendorAndProduct: `${vendor}:${product}` }
      : field !== undefined && value !== undefined
        ? { ...before, [field === 'SerialNumber' ? 'serial' : field.toLowerCase()]: value.slice(0, 120) }
        : undefined;
  return next === undefined ? heard : { ...heard, ports: remembered(heard.ports, port, next) };
}

function attach(heard: Heard, text: string): Heard | undefined {
  const [, host, port] = /^scsi host(\d+): (?:usb-storage|uas) ([\d.-]+):\d/.exec(text) ?? [];
  if (host !== undefined && port !== undefined) return { ...heard, hosts: remembered(heard.hosts, host, port) };
  const [, taken] = /^scsi host(\d+): /.exec(text) ?? [];
  // The number has gone to something else, such as a disk inside.
  return taken === undefined
    ? undefined
    : { ...heard, hosts: new Map([...heard.hosts].filter(([name]) => name !== taken)) };
}

/** A stick that claims more than can be counted has told no size. */
const bytesOf = (count: number): number | null => (Number.isSafeInteger(count) ? count : null);

/** The kernel tells a size only where there is a medium: an empty reader says nothing of the kind. */
function usbMedium(heard: Heard, text: string) {
  const [, host, name, blocks, size] =
    /^sd (\d+):[\d:]+: \[(\w+)\] (\d{1,20}) (\d{1,6})-byte logical blocks/.exec(text) ?? [];
  const port = host === undefined ? undefined : heard.hosts.get(host);
  if (port === undefined || name === undefined || Number(blocks) === 0) return undefined;
  const { serial, vendorAndProduct, manufacturer, product } = heard.ports.get(port) ?? {};
  const model = [manufacturer, product].filter((part) => part !== undefined).join(' ');
  return mediumOf({
    kind: 'storage',
    serial,
    vendorAndProduct,
    model,
    bytes: bytesOf(Number(blocks) * Number(size)),
    encrypted,
    name,
  });
}

const encrypted = told<boolean>(unknown('history-not-kept', 'what was on it is not in the log'));

/** `mmc0: new … SDHC card at address aaaa`; an `MMC card` is soldered in. The log tells no serial number of a card. */
function cardMedium(text: string) {
  const [, slot] = /^(mmc\d+): new .*\bSD(?:HC|XC|UC)? card at address/.exec(text) ?? [];
  return slot === undefined
    ? undefined
    : mediumOf({
        kind: 'storage',
        serial: null,
        vendorAndProduct: undefined,
        model: null,
        bytes: null,
        encrypted,
        name: `${slot}:card`,
      });
}

/** Arrivals of USB storage and memory cards, from the kernel's own messages, and what was heard for later ones. */
export function arrivalsOf(messages: readonly KernelMessage[], before: Heard): { arrivals: Arrival[]; heard: Heard } {
  let heard = before;
  const arrivals: Arrival[] = [];
  for (const { at, text } of messages) {
    heard = describe(heard, text) ?? attach(heard, text) ?? heard;
    const medium = usbMedium(heard, text) ?? cardMedium(text);
    if (medium !== undefined) arrivals.push({ at: new Date(at).toISOString(), medium });
  }
  return { arrivals, heard };
}
