/** As much of the Internet Printing Protocol as one question takes: RFC 8010 (encoding) and RFC 8011 (Get-Jobs). */

const GET_JOBS = 0x000a;
const VERSION_2_0 = 0x0200;
const OPERATION_GROUP = 0x01;
const JOB_GROUP = 0x02;
const END_OF_ATTRIBUTES = 0x03;
const FIRST_VALUE_TAG = 0x10;
const INTEGER = 0x21;
const ENUM = 0x23;
const DATE_TIME = 0x31;
const URI = 0x45;
const KEYWORD = 0x44;
const CHARSET = 0x47;
const LANGUAGE = 0x48;

export type IppValue = number | string;
export type IppAttributes = ReadonlyMap<string, IppValue>;

/** What is asked of each job. The document's name and the person's are not among it, so that they never arrive. */
export const JOB_ATTRIBUTES = [
  'job-id',
  'job-state',
  'job-printer-uri',
  'time-at-completed',
  'date-time-at-completed',
  'job-media-sheets-completed',
  'job-impressions-completed',
] as const;

function attribute(tag: number, name: string, value: string): Buffer {
  const head = Buffer.alloc(3);
  head.writeUInt8(tag);
  head.writeUInt16BE(Buffer.byteLength(name), 1);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([head, Buffer.from(name), length, Buffer.from(value)]);
}

/** Asks for all finished jobs on this machine: completed, canceled and aborted, which the state tells apart. */
export function encodeGetJobs(): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt16BE(VERSION_2_0);
  head.writeUInt16BE(GET_JOBS, 2);
  head.writeUInt32BE(1, 4);
  head.writeUInt8(OPERATION_GROUP, 8);
  const requested = JOB_ATTRIBUTES.map((name, at) => attribute(KEYWORD, at === 0 ? 'requested-attributes' : '', name));
  return Buffer.concat([
    head,
    attribute(CHARSET, 'attributes-charset', 'utf-8'),
    attribute(LANGUAGE, 'attributes-natural-language', 'en'),
    attribute(URI, 'printer-uri', 'ipp://localhost/'),
    attribute(KEYWORD, 'which-jobs', 'completed'),
    ...requested,
    Buffer.from([END_OF_ATTRIBUTES]),
  ]);
}

/** RFC 2579 DateAndTime as ISO 8601 in UTC; undefined where the bytes are no moment of these centuries. */
function decodeDateTime(bytes: Buffer): string | undefined {
  if (bytes.length !== 11) return undefined;
  const two = (at: number): string => String(bytes.readUInt8(at)).padStart(2, '0');
  const date = `${bytes.readUInt16BE(0)}-${two(2)}-${two(3)}`;
  const offset = `${bytes.toString('latin1', 8, 9)}${two(9)}:${two(10)}`;
  // A leap second, which RFC 2579 allows, is read as the second before it.
  const text = `${date}T${two(4)}:${two(5)}:${two(6)}.${bytes.readUInt8(7)}${offset}`;
  if (!/^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d[+-]\d\d:\d\d$/.test(text)) return undefined;
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds).toISOString();
  } catch {
    return undefined;
  }
}

function decodeValue(tag: number, bytes: Buffer): IppValue | undefined {
  if ((tag === INTEGER || tag === ENUM) && bytes.length === 4) return bytes.readInt32BE();
  if (tag === DATE_TIME) return decodeDateTime(bytes);
  // Character strings; every other syntax, no-value and unknown included, tells nothing that is wanted here.
  return tag >= 0x40 && tag <= 0x49 ? bytes.toString('utf8') : undefined;
}

/** Of several values of one attribute the first one. Throws a RangeError where the answer is cut short. */
export function decodeJobs(answer: Buffer): { readonly status: number; readonly jobs: readonly IppAttributes[] } {
  const jobs: Map<string, IppValue>[] = [];
  let group = 0;
  let at = 8;
  for (let tag = answer.readUInt8(at); tag !== END_OF_ATTRIBUTES; tag = answer.readUInt8(at)) {
    at += 1;
    if (tag < FIRST_VALUE_TAG) {
      group = tag;
      if (tag === JOB_GROUP) jobs.push(new Map());
      continue;
    }
    const nameEnd = at + 2 + answer.readUInt16BE(at);
    const valueEnd = nameEnd + 2 + answer.readUInt16BE(nameEnd);
    if (valueEnd >= answer.length) throw new RangeError('an attribute ends behind the answer');
    const name = answer.toString('utf8', at + 2, nameEnd);
    const value = decodeValue(tag, answer.subarray(nameEnd + 2, valueEnd));
    if (group === JOB_GROUP && name !== '' && value !== undefined) jobs.at(-1)?.set(name, value);
    at = valueEnd;
  }
  return { status: answer.readUInt16BE(2), jobs };
}
