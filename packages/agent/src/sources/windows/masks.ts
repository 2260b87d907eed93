/** What recordings keep of the sources of Windows: the fields that are declared, and nothing else (invariant 10). */

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What to keep of a value: as it is, its fields each by their own shape, or a list of such. */
export type Shape = 'value' | { readonly [field: string]: Shape } | readonly [Shape];

const isList = (shape: Exclude<Shape, 'value'>): shape is readonly [Shape] => Array.isArray(shape);

/** Nothing that has parts is a value: what stands within it is not known. */
function keepValue(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) throw new Error('not a value');
  return value;
}

function keep(value: unknown, shape: Shape): unknown {
  if (value === null) return null;
  if (shape === 'value') return keepValue(value);
  if (isList(shape)) {
    if (!Array.isArray(value)) throw new Error('not a list');
    return value.map((one) => keep(one, shape[0]));
  }
  if (!isFields(value)) throw new Error('not an object');
  const kept = Object.entries(shape).filter(([field]) => Object.hasOwn(value, field));
  return Object.fromEntries(kept.map(([field, inner]) => [field, keep(value[field], inner)]));
}

/** `names` as values, with `more` of other shapes. */
export const fields = (names: string, more: Readonly<Record<string, Shape>> = {}): Shape => ({
  ...Object.fromEntries(names.split(' ').map((name) => [name, 'value' as const])),
  ...more,
});

export const only =
  (shape: Shape) =>
  (output: string): string =>
    JSON.stringify(keep(JSON.parse(output), shape));

/** The path of a file in the place of a port, or one with who may use it in it, as `user:password@`. */
const FILE_PORT = /^[A-Za-z]:[\\/]|^\\\\[?.]\\|^\\\\[^\\]+\\[^\\]+\\|\.(?:pdf|xps|oxps|prn|ps|tiff?|txt)$/i;
export const withoutPath = (port: string): string => (FILE_PORT.test(port) ? 'FILE:' : port);
const withoutSecret = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');

const PRINTERS: Shape = [fields('Name DriverName PortName Shared Network ServerName ShareName PrinterHostAddress Url')];

export function maskPrinters(output: string): string {
  const rows = keep(JSON.parse(output), PRINTERS) as readonly Fields[];
  const text = (value: unknown, change: (text: string) => string) =>
    typeof value === 'string' ? change(value) : value;
  return JSON.stringify(
    rows.map((row) => ({
      ...row,
      PortName: text(row.PortName, (port) => withoutPath(withoutSecret(port))),
      Url: text(row.Url, withoutSecret),
    })),
  );
}

const one = (xml: string, pattern: RegExp): string | undefined => pattern.exec(xml)?.[1];
const EVENT = /<Event(?:\s[^>]*)?>([^]*?)<\/Event>/g;
const TIME = /<TimeCreated SystemTime=["']([0-9TZ:.+-]{1,40})["']/;

/** `<Events>` of events, each of them made anew from what `dataOf` takes of it. */
function rebuilt(xml: string, dataOf: (event: string) => string): string {
  if (!/^\s*<Events[\s>/]/.test(xml)) throw new Error('not a list of events');
  const events = [...xml.matchAll(EVENT)].map(([, event = '']) => {
    const system =
      `<EventID>${one(event, /<EventID[^>]*>(\d+)</) ?? ''}</EventID>` +
      `<TimeCreated SystemTime="${one(event, TIME) ?? ''}"/>` +
      `<EventRecordID>${one(event, /<EventRecordID>(\d+)</) ?? ''}</EventRecordID>`;
    return `<Event><System>${system}</System>${dataOf(event)}</Event>`;
  });
  return `<Events>${events.join('')}</Events>`;
}

const DISK_DATA = new Set([
  'DiskNumber',
  'BusType',
  'Capacity',
  'PartitionCount',
  'Manufacturer',
  'Model',
  'Revision',
  'SerialNumber',
  'ParentId',
  'DiskId',
  'UserRemovalPolicy',
]);

export const maskDiskEvents = (output: string): string =>
  rebuilt(output, (event) => {
    const data = [...event.matchAll(/<Data Name=["'](\w+)["']>([^<]*)<\/Data>/g)]
      .filter(([, name = '']) => DISK_DATA.has(name))
      .map(([, name, value]) => `<Data Name="${name}">${value}</Data>`);
    return `<EventData>${data.join('')}</EventData>`;
  });

/** Not the document (2), its owner (3) or their computer (4). */
export const maskPrintEvents = (output: string): string =>
  rebuilt(output, (event) => {
    const data = [...event.matchAll(/<Param([15678])>([^<]*)<\/Param\1>/g)].map(([, number, value = '']) => {
      const shown = number === '6' ? withoutPath(value) : value;
      return `<Param${number}>${shown}</Param${number}>`;
    });
    return `<UserData><DocumentPrinted>${data.join('')}</DocumentPrinted></UserData>`;
  });

/** Events after `since`, in milliseconds since the epoch; one without a time is not known to be after it. */
export const eventsAfter = (output: string, since: number): string =>
  output.replaceAll(EVENT, (event) => (Date.parse(one(event, TIME) ?? '') > since ? event : ''));
