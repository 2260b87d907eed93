import { parse } from 'fast-plist';

/** A property list as Apple's tools print it; throws where it is cut short, or is none. */
export function readPlist(text: string): unknown {
  const whole = text.replace(/^\uFEFF/, '').trim();
  // The parser takes a document that ends within its first lines for an empty one.
  if (!whole.startsWith('<?xml') || !whole.endsWith('</plist>')) throw new Error('not a property list');
  return parse(whole);
}
