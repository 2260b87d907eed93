import { findingTitle, type SiemFinding } from './finding.ts';

// ArcSight Common Event Format, version 0 (Implementing ArcSight CEF, revision 25), "Character encoding".
const SEVERITIES: Readonly<Record<string, number>> = { info: 0, low: 3, medium: 5, high: 8, critical: 10 };
/** Of a field, as the field table of the format has it. */
const MOST = { name: 512, short: 128, message: 1023 } as const;

/** What the format has no escape for, and what a reader may take for the end of a line. */
const plain = (text: string): string => text.replaceAll(/[^\P{Cc}\r\n]|[\p{Zl}\p{Zp}]/gu, ' ').toWellFormed();

/** In the header `\` and `|` are escaped, and there is no escape for a line break. */
const inHeader = (text: string, most: number): string =>
  plain(text)
    .replaceAll(/[\r\n]+/g, ' ')
    .slice(0, most)
    .toWellFormed()
    .replaceAll(/[\\|]/g, String.raw`\$&`);

/** In the extension `\`, `=` and line breaks are; `|` is not. */
const inExtension = (text: string, most: number): string =>
  plain(text)
    .slice(0, most)
    .toWellFormed()
    .replaceAll(/[\\=]/g, String.raw`\$&`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\n', String.raw`\n`);

/** One line of CEF. The device is named by its asset tag; no person is. */
export function cefOf(finding: SiemFinding): string {
  const name = findingTitle(finding);
  const header = [
    'Beadle',
    'Beadle server',
    '1',
    inHeader(finding.rule, MOST.short),
    inHeader(name, MOST.name),
    String(SEVERITIES[finding.severity] ?? 5),
  ];
  const extension: readonly (readonly [string, string | null])[] = [
    ['rt', String(finding.openedAt)],
    ['start', String(finding.firstSeen)],
    ['externalId', inExtension(finding.ref, MOST.short)],
    ['cat', inExtension(finding.type, MOST.short)],
    ['cnt', String(finding.count)],
    ['dvchost', finding.assetTag === null ? null : inExtension(finding.assetTag, MOST.short)],
    ['cs1Label', 'clause'],
    ['cs1', inExtension(finding.clause, MOST.short)],
    ['cs2Label', 'policyVersion'],
    ['cs2', inExtension(finding.policyVersion, MOST.short)],
    ['cs3Label', 'organisation'],
    ['cs3', inExtension(finding.organisation, MOST.name)],
    ['cs4Label', 'messageId'],
    ['cs4', inExtension(finding.uid, MOST.short)],
    ['request', inExtension(finding.url, MOST.message)],
    ['msg', inExtension(finding.says, MOST.message)],
  ];
  const pairs = extension.flatMap(([key, value]) => (value === null || value === '' ? [] : [`${key}=${value}`]));
  return `CEF:0|${header.join('|')}|${pairs.join(' ')}`;
}
