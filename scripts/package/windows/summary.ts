/** By which the summary of an installer begins, in the file (https://learn.microsoft.com/openspecs/windows_protocols/ms-oleps). */
const SUMMARY = Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex');
/** A property that is a time: its type, and then units of 100 ns since 1601. */
const TIME = Buffer.from('40000000', 'hex');
/** When it was made, and when it was last saved. */
const TIMES = 2;
const SECTION_BYTES = 1024;
const FROM_1601_MS = 11_644_473_600_000n;

const inWindowsTime = (at: Date): bigint => (BigInt(at.getTime()) + FROM_1601_MS) * 10_000n;
const FIRST = inWindowsTime(new Date('2001-01-01T00:00:00Z'));
const LAST = inWindowsTime(new Date('2200-01-01T00:00:00Z'));

/** Places in the summary at which a time is, from the start of the file. */
function timesIn(installer: Buffer): readonly number[] {
  const start = installer.indexOf(SUMMARY);
  const section = start < 0 ? Buffer.alloc(0) : installer.subarray(start, start + SECTION_BYTES);
  const places: number[] = [];
  for (let at = section.indexOf(TIME); at >= 0 && at + 12 <= section.length; at = section.indexOf(TIME, at + 1)) {
    const time = section.readBigUInt64LE(at + TIME.length);
    if (time > FIRST && time < LAST) places.push(start + at + TIME.length);
  }
  return places;
}

/** An installer with `at` for the times of its making, which msitools takes from the clock. Throws where they are not found. */
export function withTime(installer: Buffer, at: Date): Buffer {
  const places = timesIn(installer);
  if (places.length !== TIMES) throw new Error(`The summary has ${places.length} times where ${TIMES} were expected.`);
  const dated = Buffer.from(installer);
  for (const place of places) dated.writeBigUInt64LE(inWindowsTime(at), place);
  return dated;
}
