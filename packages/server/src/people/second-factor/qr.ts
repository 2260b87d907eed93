import qrcode from 'qrcode-generator';

/** White around it, in modules (ISO/IEC 18004, 9.1): readers find it by that. */
const QUIET = 4;

export interface QrPicture {
  /** Both sides, in modules; the unit of `path`. */
  readonly size: number;
  /** The dark modules, as the `d` of an SVG path. */
  readonly path: string;
}

/** A text as a QR code, at the least size that holds it with the middle level of error correction. */
export function qrOf(text: string): QrPicture {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  const runs: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let from = 0; from < count; from += 1) {
      if (!code.isDark(row, from)) continue;
      let until = from;
      while (until < count && code.isDark(row, until)) until += 1;
      runs.push(`M${from + QUIET} ${row + QUIET}h${until - from}v1h-${until - from}z`);
      from = until;
    }
  }
  return { size: count + 2 * QUIET, path: runs.join('') };
}
