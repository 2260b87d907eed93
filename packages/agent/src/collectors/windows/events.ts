import { type Known, known, unknown } from '@beadle/shared';

/** One event of a log of Windows. */
export interface LoggedEvent {
  readonly eventId: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `Data` by its `Name`, or what is within `UserData` by its element; without blanks around it. */
  readonly values: ReadonlyMap<string, string>;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const LAST_CODE_POINT = 0x10_ffff;

function characterOf(all: string, code: string): string {
  const named = ENTITIES[code];
  if (named !== undefined) return named;
  const number = code.startsWith('#x') ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1));
  return Number.isInteger(number) && number > 0 && number <= LAST_CODE_POINT ? String.fromCodePoint(number) : all;
}

const unescaped = (text: string): string => text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, characterOf);

/** UTC, to the hundred nanoseconds; `T` and `Z` are left out by some that copy it. */
const TIME = /<TimeCreated\s+SystemTime=["'](\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,3})?\d{0,6}Z?["']/;

function timeOf(event: string): number {
  const [, day, time, fraction = ''] = TIME.exec(event) ?? [];
  return Date.parse(`${day}T${time}${fraction}Z`);
}

const DATA = /<Data\s+Name=["']([\w.-]{1,60})["']\s*>([^<]*)<\/Data>/g;
const PARAM = /<(Param\d{1,2})>([^<]*)<\/\1>/g;

function eventOf(text: string): LoggedEvent | undefined {
  const eventId = Number(/<EventID(?:\s[^>]*)?>(\d{1,5})<\/EventID>/.exec(text)?.[1]);
  const at = timeOf(text);
  if (Number.isNaN(eventId) || Number.isNaN(at)) return undefined;
  const found = [...text.matchAll(DATA), ...text.matchAll(PARAM)];
  const values = new Map(found.map(([, name = '', value = '']) => [name, unescaped(value).trim()]));
  return { eventId, at, values };
}

/** `<Events>` of `<Event>`, in the order in which they are told; one that is not whole makes the list none. */
export function readEvents(xml: string): Known<readonly LoggedEvent[]> {
  const list = /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<Events\s*\/>|<Events\s*>([^]*)<\/Events>)\s*$/.exec(xml);
  if (list === null) return unknown('not-understood', 'not a list of events');
  const parts = (list[1] ?? '').split(/<Event(?=[\s>])/).slice(1);
  const events = parts.map((part) => (part.includes('</Event>') ? eventOf(part) : undefined));
  const understood = events.filter((event) => event !== undefined);
  return understood.length < events.length
    ? unknown('not-understood', 'an event was not understood')
    : known(understood);
}
