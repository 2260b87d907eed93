import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument } from 'yaml';

/**
 * The policy file with every rule that observes set to report, so that a first look shows breaches at once. A rule that
 * is off stays off: it is listed as such.
 */
export function policyInReport(file: string): string {
  const text = readFileSync(file, 'utf8');
  const document = parseDocument(text);
  const rules = document.get('rules');
  // A file that cannot be read is sent as it is: the server says where and what was expected.
  if (document.errors.length > 0 || !isSeq(rules)) return text;
  for (const rule of rules.items) {
    if (isMap(rule) && rule.get('mode') !== 'off') rule.set('mode', 'report');
  }
  return document.toString({ lineWidth: 0 });
}

/** The council that the policy is of; undefined where the file does not say. */
export function organisationOf(file: string): string | undefined {
  const organisation = parseDocument(readFileSync(file, 'utf8')).get('organisation');
  return typeof organisation === 'string' ? organisation : undefined;
}
