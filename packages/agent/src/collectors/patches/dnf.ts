import { type Known, known, mapKnown, unknown, type Update } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, firstLine, isFields, textField, textOf } from '../answers.ts';

const SEVERITIES: Readonly<Record<string, Update['severity']>> = {
  critical: 'critical',
  important: 'high',
  moderate: 'medium',
  low: 'low',
};

const severityOf = (text: string | null | undefined): Update['severity'] =>
  SEVERITIES[text?.toLowerCase() ?? ''] ?? 'unknown';

interface Row {
  readonly advisory: string;
  readonly severity: Update['severity'];
  readonly package: string;
  readonly releasedAt: number | null;
}

/** Seconds since the epoch, or `2026-05-04 10:11:12`, which is in UTC. */
function buildTime(value: unknown): number | null {
  if (typeof value === 'number') return value * 1000;
  if (typeof value !== 'string') return null;
  const at = Date.parse(/^\d{4}-\d{2}-\d{2} [\d:]+$/.test(value) ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(at) ? null : at;
}

function rowOfJson(row: Fields): Row | undefined {
  const [advisory, nevra] = [textField(row, 'name'), textField(row, 'nevra')];
  if (!advisory || !nevra) return undefined;
  return {
    advisory,
    severity: severityOf(textField(row, 'severity')),
    package: nevra,
    releasedAt: buildTime(row.buildtime),
  };
}

/** dnf5: a list of `{name, type, severity, nevra, buildtime}`. */
function rowsOfJson(text: string): readonly Row[] | undefined {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return undefined;
  const rows = value.map((row) => (isFields(row) ? rowOfJson(row) : undefined));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

/** The age of its lists, or, where it fetched them just now and they have none yet, that it did. */
const READ_LISTS = /^Last metadata expiration check:|\d +[kMG]?B\/s \| +[\d.]+ +[kMG]?B +\d\d:\d\d *$/m;

/** dnf4: `RHSA-2026:1 Important/Sec. bind-9.1-1.x86_64`, among lines of subscription-manager and of other kinds. */
function rowsOfText(text: string): readonly Row[] | undefined {
  const lines = text.split('\n').filter((line) => /^[A-Z][A-Z0-9]*-[A-Z0-9-]*\d{4}[-:]/.test(line));
  // Silence may be anything.
  if (lines.length === 0 && !READ_LISTS.test(text)) return undefined;
  const parsed = lines.map((line) => /^(\S+)\s+(\S+)\s+(\S+)\s*$/.exec(line));
  if (parsed.includes(null)) return undefined;
  return parsed.flatMap((match) => {
    const [, advisory = '', kind = '', name = ''] = match ?? [];
    const [, severity] = /^(?:(\w+)\/)?Sec\.$/i.exec(kind) ?? (kind === 'security' ? ['', undefined] : []);
    const isOfSecurity = /Sec\.$|^security$/i.test(kind);
    return isOfSecurity ? [{ advisory, severity: severityOf(severity), package: name, releasedAt: null }] : [];
  });
}

function rowsOf(text: string): readonly Row[] | undefined {
  try {
    return text.trimStart().startsWith('[') ? rowsOfJson(text) : rowsOfText(text);
  } catch {
    return undefined;
  }
}

/** One update an advisory, however many packages it mends. Standard error may say that a repository was left out. */
export function readDnf(result: SourceResult | undefined, product: string): Known<Update[]> {
  if (result?.kind === 'output' && /failed to download|ignoring repositories|error:/i.test(result.stderr)) {
    return unknown('source-failed', firstLine(result.stderr));
  }
  return mapKnown(textOf(result), (text) => {
    const rows = rowsOf(text);
    if (rows === undefined) return unknown('not-understood', 'not a list of advisories');
    // CentOS publishes no advisories, and an unnamed system may not either, so that none is no answer.
    if (rows.length === 0 && ['centos', ''].includes(product))
      return unknown('not-told', 'this system publishes no advisories');
    const byAdvisory = new Map<string, Row>();
    for (const row of rows) if (!byAdvisory.has(row.advisory)) byAdvisory.set(row.advisory, row);
    return known(
      [...byAdvisory.values()].map((row) => ({
        id: row.advisory.slice(0, 120),
        title: `${row.advisory} ${row.package}`.slice(0, 200),
        severity: row.severity,
        security: true,
        releasedAt: row.releasedAt,
      })),
    );
  });
}
