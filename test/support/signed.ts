/** Where programs keep their makers' signatures. */

/**
 * Of a 64-bit Windows program: the certificate table, by the last but eleven of its data directories, which is a place in
 * the file and not in memory (https://learn.microsoft.com/windows/win32/debug/pe-format). Undefined where it has none.
 */
export function signatureOfPe(program: Buffer): { readonly at: number; readonly bytes: number } | undefined {
  const header = program.readUInt32LE(0x3c);
  const optional = header + 24;
  if (program.toString('latin1', header, header + 4) !== 'PE\0\0' || program.readUInt16LE(optional) !== 0x20b)
    throw new Error('This is no 64-bit program of Windows.');
  const directory = optional + 112 + 4 * 8;
  const [at, bytes] = [program.readUInt32LE(directory), program.readUInt32LE(directory + 4)];
  return bytes === 0 ? undefined : { at, bytes };
}

const CODE_SIGNATURE = 0x1d;
const ARM64 = 0x0100000c;

/**
 * Of a program or library for Macs with Apple silicon: what its load command LC_CODE_SIGNATURE points at
 * (https://github.com/apple-oss-distributions/xnu, EXTERNAL_HEADERS/mach-o/loader.h). Undefined where it has none.
 */
export function signatureOfMachO(program: Buffer): { readonly at: number; readonly bytes: number } | undefined {
  if (program.readUInt32LE(0) !== 0xfeedfacf || program.readUInt32LE(4) !== ARM64)
    throw new Error('This is not for Macs with Apple silicon.');
  let place = 32;
  for (let left = program.readUInt32LE(16); left > 0; left -= 1) {
    if (program.readUInt32LE(place) === CODE_SIGNATURE)
      return { at: program.readUInt32LE(place + 8), bytes: program.readUInt32LE(place + 12) };
    place += program.readUInt32LE(place + 4);
  }
  return undefined;
}
