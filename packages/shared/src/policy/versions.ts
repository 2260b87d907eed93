import type { Population } from '../checks/check.ts';
import type { PolicyDocument } from './document.ts';

/** A version that holds from a moment (milliseconds since the epoch) until the next one's. */
export interface PolicyInTime {
  readonly from: number;
  readonly policy: PolicyDocument;
}

/** The version in force at a moment, of versions in the order of their beginning; undefined before the first. */
export const policyAt = (versions: readonly PolicyInTime[], at: number): PolicyDocument | undefined =>
  versions.findLast(({ from }) => from <= at)?.policy;

/** A version as the server keeps it. */
export interface PolicyVersion {
  /** Rises with each upload. */
  readonly serial: number;
  /** Milliseconds since the epoch. */
  readonly effectiveAt: number;
  readonly withdrawnAt: number | null;
  /** Null for all, those of whom nobody has said included. */
  readonly populations: readonly Population[] | null;
}

/**
 * The one version for a population at a moment (milliseconds since the epoch): what is written for it outranks what is
 * written for all; of these the latest to come into force holds, and of two from one moment the later upload.
 */
export function versionInForce<V extends PolicyVersion>(
  versions: readonly V[],
  population: Population | null,
  at: number,
): V | undefined {
  const rank = ({ populations, effectiveAt, serial }: V) =>
    [populations === null ? 0 : 1, effectiveAt, serial] as const;
  return versions
    .filter(
      ({ effectiveAt, withdrawnAt, populations }) =>
        effectiveAt <= at &&
        (withdrawnAt === null || at < withdrawnAt) &&
        (populations === null || (population !== null && populations.includes(population))),
    )
    .reduce<V | undefined>((best, one) => {
      if (best === undefined) return one;
      const [a, b] = [rank(one), rank(best)];
      const differing = a.findIndex((value, index) => value !== b[index]);
      return differing >= 0 && (a[differing] ?? 0) > (b[differing] ?? 0) ? one : best;
    }, undefined);
}

/** One reign after the other from `since` on, known future ones included; `undefined` where no version holds. */
export function reigns<V extends PolicyVersion>(
  versions: readonly V[],
  population: Population | null,
  since: number,
): { readonly from: number; readonly version: V | undefined }[] {
  const turns = versions.flatMap(({ effectiveAt, withdrawnAt }) => [effectiveAt, withdrawnAt ?? effectiveAt]);
  const moments = [since, ...turns.filter((at) => at > since)].toSorted((a, b) => a - b);
  const found: { from: number; version: V | undefined }[] = [];
  for (const from of moments) {
    const version = versionInForce(versions, population, from);
    if (found.length === 0 || found.at(-1)?.version !== version) found.push({ from, version });
  }
  return found;
}

/** As many as a document for a device may carry. */
const MOST_TOLD = 20;

/**
 * Of `reigns`, what a device is told at a moment: the one in force, those to come, and as many of the past as there is
 * room for. Where none holds now the past is not told: it would go on.
 */
export function toldReigns<V>(
  all: readonly { readonly from: number; readonly version: V | undefined }[],
  at: number,
): { readonly from: number; readonly version: V }[] {
  const now = all.findLastIndex(({ from }) => from <= at);
  const isHeld = all[now]?.version !== undefined;
  const told = (isHeld ? all : all.slice(now + 1)).filter((reign) => reign.version !== undefined);
  const current = told.findLastIndex(({ from }) => from <= at);
  const start = Math.max(0, Math.min(current, told.length - MOST_TOLD));
  return told
    .slice(start, start + MOST_TOLD)
    .flatMap(({ from, version }) => (version === undefined ? [] : [{ from, version }]));
}

/** The council's clock and calendar. */
export const ZONE = 'Europe/London';

/** The first moment of a date in the United Kingdom, in milliseconds since the epoch. The date must exist. */
export const startOfDay = (date: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: ZONE }).epochMilliseconds;
