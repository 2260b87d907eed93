/** An `objectGUID` as text: its first three parts have their bytes turned round (MS-DTYP, 2.3.4.2). */
export function guidText(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const turned = (from: number, to: number) => Buffer.from([...bytes.subarray(from, to)].toReversed()).toString('hex');
  const hex = bytes.toString('hex');
  return [turned(0, 4), turned(4, 6), turned(6, 8), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** An `objectSid` as text, such as `S-1-5-21-1-2-3-1104` (MS-DTYP, 2.4.2). */
export function sidText(bytes: Buffer): string | undefined {
  if (bytes.length < 8 || bytes.length !== 8 + 4 * bytes.readUInt8(1)) return undefined;
  const parts = Array.from({ length: bytes.readUInt8(1) }, (_part, index) => bytes.readUInt32LE(8 + 4 * index));
  return ['S', bytes.readUInt8(0), bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** Of the same domain, by the relative identifier of `primaryGroupID`. */
export const sidOfSameDomain = (sid: string, relative: number): string => sid.replace(/-\d+$/, `-${relative}`);
