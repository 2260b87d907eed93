import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';

/** The fonts that are embedded: no reader has to have them, and they have Welsh, Greek, Cyrillic, Hebrew and Arabic. */
const FILES = { regular: 'DejaVuSansCondensed.ttf', bold: 'DejaVuSansCondensed-Bold.ttf' } as const;
export type Face = keyof typeof FILES;

function load(face: Face): Font {
  const path = fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${FILES[face]}`));
  const font = create(readFileSync(path));
  if ('fonts' in font) throw new Error(`${path} holds several fonts.`);
  return font;
}

const loaded = new Map<Face, Font>();

/** Read once, at the first document: a server that writes none needs none. */
export function fontOf(face: Face): Font {
  const font = loaded.get(face) ?? load(face);
  loaded.set(face, font);
  return font;
}

/** Whether every face has a glyph: what has none must not stand in a document (ISO 14289-1, 7.21.8). */
export const isCovered = (codePoint: number): boolean =>
  (Object.keys(FILES) as Face[]).every((face) => fontOf(face).hasGlyphForCodePoint(codePoint));
