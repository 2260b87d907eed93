/** What makers leave in fields that nobody filled in, in lower case. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'no asset tag',
  'no asset information',
  'no enclosure',
  'not specified',
  'not available',
  'not applicable',
  'default string',
  'to be filled by o.e.m.',
  'to be filled by o.e.m',
  'system serial number',
  'chassis serial number',
  'asset tag',
  'asset-1234567890',
  'bsn12345678901234567',
  'none',
  'null',
  'n/a',
  'unknown',
  'invalid',
  'oem',
  '<bad index>',
  '123456789',
  '1234567890',
]);

/** The text, or null where it names nothing: blank, zeros only (`0`, `0.0`), or a maker's placeholder. */
export function named(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  if (/^[0.\s\-_x]*$/i.test(trimmed) || /^f+$/i.test(trimmed)) return null;
  return PLACEHOLDERS.has(trimmed.toLowerCase()) ? null : trimmed;
}
