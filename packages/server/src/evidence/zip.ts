import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A file of a pack. */
export interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * ZIP as PKWARE's APPNOTE.TXT 6.3.10 has it, without its 64-bit form, encryption and several disks: a pack is far smaller.
 * Sections named below are of that document.
 */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
/** Names are UTF-8 (4.4.4, bit 11). */
const UTF8 = 0x0800;
const DEFLATED = 8;
const VERSION = 20;

/** MS-DOS date and time (4.4.6), which begin in 1980 and have no zone: UTC here. */
function dosTime(at: number): readonly [time: number, date: number] {
  const day = new Date(at);
  const time = (day.getUTCHours() << 11) | (day.getUTCMinutes() << 5) | (day.getUTCSeconds() >> 1);
  const years = Math.max(0, day.getUTCFullYear() - 1980);
  return [time, (years << 9) | ((day.getUTCMonth() + 1) << 5) | day.getUTCDate()];
}

/** What a local header and the central directory say alike, from `version needed` to `extra field length`. */
function common(name: Buffer, { bytes }: PackedFile, packed: Uint8Array, at: number): Buffer {
  const fields = Buffer.alloc(26);
  const [time, date] = dosTime(at);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(time, 6);
  fields.writeUInt16LE(date, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A ZIP file of these, in their order. `at`: the time that each has, in milliseconds since the epoch. */
export function zip(files: readonly PackedFile[], at: number): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const packed = deflateRawSync(file.bytes);
    const fields = common(name, file, packed, at);
    const local = Buffer.concat([uint32(LOCAL), fields, name, packed]);
    const rest = Buffer.alloc(10);
    centrals.push(Buffer.concat([uint32(CENTRAL), Buffer.from([VERSION, 0]), fields, rest, uint32(offset), name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(END_SIZE);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** A pack may come from anybody: what is more than these is refused and not unpacked. */
const MOST_FILES = 200;
const MOST_BYTES = 256 * 1024 * 1024;

const refused = (why: string): Error => new Error(why);

function entryAt(bytes: Buffer, at: number, left: number): { readonly file: PackedFile; readonly next: number } {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw refused('its list of files is damaged');
  const [method, crc] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16)];
  const [packedSize, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
  const lengths = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
  const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
  const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
  const local = bytes.readUInt32LE(at + 42);
  if (size > left) throw refused('it holds more than a pack can');
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) throw refused(`${name} is damaged`);
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(from, from + packedSize);
  const unpacked = method === DEFLATED ? inflateRawSync(packed, { maxOutputLength: size + 1 }) : packed;
  if (unpacked.length !== size || crc32(unpacked) !== crc) throw refused(`${name} is damaged`);
  return { file: { name, bytes: unpacked }, next: at + 46 + nameLength + extraLength + commentLength };
}

/** The files of a ZIP file. Throws, in words, where it cannot be read, or a name is there twice. */
export function unzip(bytes: Buffer): readonly PackedFile[] {
  const end = bytes.lastIndexOf(uint32(END));
  if (end < 0 || end + END_SIZE > bytes.length) throw refused('it is no ZIP file, or its end is missing');
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_FILES) throw refused('it holds more files than a pack can');
  const files: PackedFile[] = [];
  let [at, left] = [bytes.readUInt32LE(end + 16), MOST_BYTES];
  for (let index = 0; index < count; index += 1) {
    const { file, next } = entryAt(bytes, at, left);
    if (files.some(({ name }) => name === file.name)) throw refused(`${file.name} is in it twice`);
    files.push(file);
    left -= file.bytes.length;
    at = next;
  }
  return files;
}
