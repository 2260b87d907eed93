import { type Known, known, mapKnown, unknown, type Update } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField } from '../answers.ts';
import { rowsOf } from '../windows/json-rows.ts';

export interface MissingUpdate {
  readonly update: Update;
  /** It has been installed up to the restart that completes it. */
  readonly waitsForRestart: boolean;
}

/** Of a vulnerability: security and critical updates. https://learn.microsoft.com/previous-versions/windows/desktop/ff357803(v=vs.85) */
const MENDING: ReadonlySet<string> = new Set([
  '0fa1201d-4330-4fa8-8ae9-b877473b6441',
  'e6cf1350-c01b-414d-a61f-263d14d133b4',
]);

/**
 * By the vendor's own words of no vulnerability: applications, connectors, definitions (whose age is judged by itself),
 * developer kits, drivers, driver sets, feature packs, guidance, tools, optional updates and previews, and upgrades. A
 * rollup or a service pack may hold anything.
 */
const NOT_MENDING: ReadonlySet<string> = new Set([
  '5c9376ab-8ce6-464a-b136-22113dd69801',
  '434de588-ed14-48f5-8eed-a15e09a991f6',
  'e0789628-ce08-4437-be74-2495b842f43b',
  'e140075d-8433-45c3-ad87-e72345b36078',
  'ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0',
  '77835c8d-62a7-41f5-82ad-f28d1af1e3b1',
  'b54e7d24-7add-428f-8b75-90a396fa584f',
  '9511d615-35b2-47bb-927f-f73d8e9260bb',
  'b4832bd8-e735-4761-8daf-37f882276dab',
  'cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83',
  '3689bdc8-b205-4af4-8d4a-a63924c5e9d5',
]);

/** The removal tool that Microsoft hands out each month looks for malware and mends nothing. */
const REMOVAL_TOOL = '890830';

/** Microsoft's own words, the same in every language. https://learn.microsoft.com/windows/win32/api/wuapi/ */
const SEVERITIES: Readonly<Record<string, Update['severity']>> = {
  critical: 'critical',
  important: 'high',
  moderate: 'medium',
  low: 'low',
};

/** Undefined where it is no list of texts. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

/** The monthly security update often has no severity: then its category says so. What is of neither kind may mend. */
function isSecurity(severity: string | null, categories: readonly string[], articles: readonly string[]): boolean {
  const ids = categories.map((id) => id.toLowerCase().replace(/[{}]/g, ''));
  if (severity !== null || ids.some((id) => MENDING.has(id))) return true;
  return !articles.includes(REMOVAL_TOOL) && !ids.some((id) => NOT_MENDING.has(id));
}

/** A day that is yet to come is none: what was released then would never be late. */
function releasedAt(value: unknown, now: number): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return at > 0 && at <= now ? at : null;
}

function updateOf(row: Fields, now: number): MissingUpdate | undefined {
  const title = textField(row, 'Title');
  const [articles, categories] = [textsOf(row.KBArticleIDs), textsOf(row.CategoryIDs)];
  if (title === undefined || articles === undefined || categories === undefined) return undefined;
  const severity = textField(row, 'MsrcSeverity') ?? null;
  const numbers = articles.map((article) => article.trim().replace(/^KB/i, '')).filter((number) => number !== '');
  const id = numbers[0] === undefined ? (textField(row, 'UpdateID') ?? title) : `KB${numbers[0]}`;
  if (id === null) return undefined;
  const update: Update = {
    id: id.slice(0, 120),
    title: (title ?? id).slice(0, 200),
    severity: SEVERITIES[severity?.toLowerCase() ?? ''] ?? 'unknown',
    security: isSecurity(severity, categories, numbers),
    releasedAt: releasedAt(row.LastDeploymentChangeTime, now),
  };
  return { update, waitsForRestart: row.RebootRequired === true };
}

/** `windows/missing-updates`. A search that failed, for whichever of its codes, is no empty list. */
export const readMissingUpdates = (result: SourceResult | undefined, now: number): Known<readonly MissingUpdate[]> =>
  mapKnown(rowsOf(result), (rows) => {
    const updates = rows.map((row) => updateOf(row, now));
    const understood = updates.filter((update) => update !== undefined);
    return understood.length === updates.length
      ? known(understood)
      : unknown('not-understood', 'an update was not understood');
  });
