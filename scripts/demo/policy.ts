import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument, type Document } from 'yaml';

export const COUNCIL = 'Hartsmere District Council';
/** Stands on each page, each message and each document that is printed. */
export const MARKING = 'OFFICIAL (invented)';

const CPNI = new URL('../../policies/cpni.yaml', import.meta.url);

/** Rules that go on being watched only, in the second version and in the third. */
const WATCHED: readonly (readonly string[])[] = [
  ['firewall', 'secure-configuration', 'local-administrators', 'asset-tag', 'device-not-seen', 'overseas'],
  ['local-administrators', 'overseas'],
];

export interface PolicyVersion {
  readonly version: string;
  /** The day from which it holds, such as `2026-03-02`. */
  readonly from: string;
  /** 0: everything is watched; 1 and 2: all but what `WATCHED` says is reported. */
  readonly stage: 0 | 1 | 2;
}

/** The rule about working abroad that another document has, where the policy says nothing of it. */
function withOverseas(document: Document): void {
  const rules = document.get('rules');
  const others = parseDocument(readFileSync(CPNI, 'utf8')).get('rules');
  if (!isSeq(rules) || !isSeq(others) || document.toString().includes('check: location')) return;
  const overseas = others.items.find((rule) => isMap(rule) && rule.get('id') === 'overseas');
  if (overseas !== undefined) rules.add(overseas);
}

function setModes(document: Document, { stage }: PolicyVersion): void {
  const rules = document.get('rules');
  if (!isSeq(rules)) return;
  const watched = stage === 0 ? undefined : WATCHED[stage - 1];
  for (const rule of rules.items) {
    if (!isMap(rule) || rule.get('mode') === 'off') continue;
    const isWatched = watched === undefined || watched.includes(String(rule.get('id')));
    rule.set('mode', isWatched ? 'observe' : 'report');
  }
}

/** The policy file as the invented council has adopted it, in one of its versions. */
export function policySource(file: string, version: PolicyVersion): string {
  const text = readFileSync(file, 'utf8').replaceAll('dacorum.gov.uk', 'hartsmere.example').replaceAll('DBC', 'HDC');
  const document = parseDocument(text);
  // A file that cannot be read is sent as it is: the server says where and what was expected.
  if (document.errors.length > 0) return text;
  document.set('organisation', COUNCIL);
  document.set('version', version.version);
  document.set('effectiveFrom', version.from);
  document.set(
    'reviewBy',
    `${Number(version.from.slice(0, 4)) + 1}${version.from.slice(4).replace('-02-29', '-02-28')}`,
  );
  withOverseas(document);
  setModes(document, version);
  return document.toString({ lineWidth: 0 });
}
