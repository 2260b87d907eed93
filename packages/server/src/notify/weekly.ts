import { counted } from './daily.ts';
import { type NoticeContext, type NoticeText, paragraphs } from './messages.ts';
import { dateInWords } from './words.ts';

interface Counts {
  readonly opened: number;
  readonly ended: number;
}

/** By duty, which are never added up: one is about people, the other about machines. */
export interface WeekCounts {
  readonly holder: Counts;
  readonly ict: Counts;
}

export interface Trends {
  readonly week: WeekCounts;
  readonly before: WeekCounts;
  /** What devices have put right in the week, by clause. */
  readonly better: readonly { readonly clause: string; readonly count: number }[];
}

export const isQuiet = ({ holder, ict }: WeekCounts): boolean =>
  holder.opened + holder.ended + ict.opened + ict.ended === 0;

export interface WeeklyList {
  readonly notSeen: readonly {
    readonly refs: readonly string[];
    readonly assetTag: string | null;
    readonly severity: string;
    /** Milliseconds since the epoch; null where it was enrolled and never called. */
    readonly lastContact: number | null;
  }[];
  readonly mismatches: readonly { readonly words: string; readonly count: number }[];
  /** Whether any of them contradicts a device. */
  readonly contradicts: boolean;
  readonly trends: Trends;
}

/** More stand behind the link. */
const MOST_LISTED = 100;

const trendLine = (words: string, now: Counts, before: Counts): string =>
  `${words}: ${now.opened} new (${before.opened} the week before), ${now.ended} ended (${before.ended} the week before).`;

function trendParts({ week, before, better }: Trends): (string | null)[] {
  const mended = better.map(({ clause, count }) => `Section ${clause}: ${counted(count, 'time', 'times')}`);
  return [
    [
      'The week:',
      trendLine('Breaches for you', week.holder, before.holder),
      trendLine('Device problems for ICT', week.ict, before.ict),
    ].join('\n'),
    mended.length === 0 ? null : ['Put right on devices this week:', ...mended].join('\n'),
  ];
}

function notSeenParts(notSeen: WeeklyList['notSeen'], policyTitle: string): (string | null)[] {
  if (notSeen.length === 0) return ['Every device that should call has been heard from.'];
  const lines = notSeen.slice(0, MOST_LISTED).map(({ refs, assetTag, severity, lastContact }) => {
    const since = lastContact === null ? 'never' : dateInWords(lastContact);
    return `${assetTag ?? 'a device'}: last heard from ${since}; ${severity}; ${refs.join(', ')}`;
  });
  const more = notSeen.length - lines.length;
  return [
    `${silentDevices(notSeen)} not heard from for longer than the ${policyTitle} allows. That a device is silent says nothing about whoever holds it.`,
    lines.join('\n'),
    more === 0 ? null : `And ${more} more.`,
  ];
}

const silentDevices = (notSeen: WeeklyList['notSeen']) => counted(notSeen.length, 'device', 'devices');

function titleOf({ notSeen, contradicts, trends: { week } }: WeeklyList): string {
  if (notSeen.length > 0) return `${silentDevices(notSeen)} not seen lately`;
  if (contradicts) return 'Register of devices: what does not fit';
  const { opened, ended } = week.holder;
  return `The week: ${counted(opened, 'new breach', 'new breaches')}, ${ended} ended`;
}

/** How the week went, devices that are not seen, and register entries that contradict a device: one message of the week. */
export function weeklyNotice(list: WeeklyList, { origin, policyTitle }: NoticeContext): NoticeText {
  const { notSeen, mismatches, contradicts, trends } = list;
  const wrong = mismatches.filter(({ count }) => count > 0);
  const toDo = `What you need to do: find out where each device is. One that is in store, in repair or away with somebody can be marked so, and is then not expected to call.\n${origin}/devices/not-seen\n${origin}/devices/mismatches`;
  return {
    title: titleOf(list),
    body: paragraphs(
      ...notSeenParts(notSeen, policyTitle),
      wrong.length === 0
        ? null
        : `In the register:\n${wrong.map(({ words, count }) => `${words}: ${count}`).join('\n')}`,
      ...(isQuiet(trends.week) ? [] : trendParts(trends)),
      notSeen.length > 0 || contradicts ? toDo : `See them all:\n${origin}/breaches`,
    ),
    event: { type: 'digest.weekly', path: '/' },
  };
}
