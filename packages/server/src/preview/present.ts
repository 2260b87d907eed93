import { iso, REASONS, type Severity } from '@beadle/shared';
import { PREVIEW_HOLDS_MS } from '../policies/previewed.ts';
import { MOST_LISTED } from './run.ts';
import type { Change, Preview } from './store.ts';
import type { RuleTally, Tally } from './tally.ts';

const OWN_REASONS: Readonly<Record<string, string>> = {
  'facts-old': 'the device has not been heard from for too long',
  'no-facts': 'the device has never told what this rests on',
  'judged-on-server': 'only the server judges this, from day to day',
};

export const reasonInWords = (reason: string): string =>
  OWN_REASONS[reason] ?? (Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : reason);

const byCount = <T extends { readonly devices: number }>(list: readonly T[]) =>
  list.toSorted((a, b) => b.devices - a.devices);

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Whether a rule of the policy would mean something else for anybody, or is not the same rule. */
const matters = ({ mode, changes, breaches, ends, events }: RuleTally): boolean =>
  mode.before !== mode.after ||
  sum(changes) > 0 ||
  Object.values(breaches).some((counts) => sum(counts) > 0) ||
  ends > 0 ||
  events.month.events > 0;

function presentRule(rule: RuleTally) {
  const { changes, unknown, before, after, listed, ...rest } = rule;
  return {
    ...rest,
    matters: matters(rule),
    devices: { before, after },
    changes: byCount(
      Object.entries(changes).map(([name, devices]) => {
        const [from = '', to = ''] = name.split('>');
        return { from, to, devices };
      }),
    ),
    notKnown: byCount(
      Object.entries(unknown).map(([reason, devices]) => ({ reason, inWords: reasonInWords(reason), devices })),
    ),
    listed: Math.min(listed, MOST_LISTED),
    listIsWhole: listed <= MOST_LISTED,
  };
}

type Counts = Partial<Record<Severity, number>>;

function adding(into: Counts, counts: Readonly<Record<Severity, number>>): void {
  for (const [severity, count] of Object.entries(counts) as [Severity, number][])
    if (count > 0) into[severity] = (into[severity] ?? 0) + count;
}

/** The new breaches of one duty, which are never added to those of the other. */
function aheadFor(tally: Tally, duty: RuleTally['duty']) {
  const [atOnce, firstWeek, later]: [Counts, Counts, Counts] = [{}, {}, {}];
  let lastWeek = 0;
  for (const rule of Object.values(tally.rules).filter((one) => one.duty === duty)) {
    adding(atOnce, rule.breaches.atOnce);
    adding(firstWeek, rule.breaches.firstWeek);
    adding(later, rule.breaches.later);
    lastWeek += rule.events.week.breaches;
  }
  return { atOnce, firstWeek, later, eventsAsLastWeek: lastWeek };
}

/** A preview as the API and the console tell it. */
export function presentPreview(preview: Preview) {
  const { tally } = preview;
  const rules = Object.values(tally.rules).map(presentRule);
  return {
    id: preview.id,
    status: preview.status,
    policy: { version: preview.version, title: preview.title, hash: preview.hash },
    createdAt: iso(preview.created_at),
    createdBy: preview.created_by,
    keptUntil: iso(preview.created_at + PREVIEW_HOLDS_MS),
    factsAtMostDays: preview.facts_at_most_days,
    progress: { devices: preview.total, seen: preview.seen },
    devices: {
      enrolled: tally.devices,
      concerned: tally.concerned,
      changed: tally.changed,
      factsOld: tally.old,
      withoutFacts: tally.withoutFacts,
    },
    newBreaches: { ict: aheadFor(tally, 'ict'), holder: aheadFor(tally, 'holder') },
    ends: rules.reduce((count, { ends }) => count + ends, 0),
    rules,
  };
}
export type PresentedPreview = ReturnType<typeof presentPreview>;

export const presentChange = ({ rule, asset_tag, verdict_before, verdict_after, breach }: Change) => ({
  rule,
  device: asset_tag,
  from: verdict_before,
  to: verdict_after,
  breach,
});
