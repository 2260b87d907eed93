import type { NoticeContext, NoticeText } from './messages.ts';
import { dateInWords } from './words.ts';

export interface WeeklyList {
  readonly notSeen: readonly {
    readonly refs: readonly string[];
    readonly assetTag: string | null;
    readonly severity: string;
    /** Milliseconds since the epoch; null where it was enrolled and never called. */
    readonly lastContact: number | null;
  }[];
  readonly mismatches: readonly { readonly words: string; readonly count: number }[];
}

/** More stand behind the link. */
const MOST_LISTED = 100;

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Devices that are not seen, and register entries that contradict a device, in the one message of the week. */
export function weeklyNotice({ notSeen, mismatches }: WeeklyList, { origin, policyTitle }: NoticeContext): NoticeText {
  const lines = notSeen.slice(0, MOST_LISTED).map(({ refs, assetTag, severity, lastContact }) => {
    const since = lastContact === null ? 'never' : dateInWords(lastContact);
    return `${assetTag ?? 'a device'}: last heard from ${since}; ${severity}; ${refs.join(', ')}`;
  });
  const more = notSeen.length - lines.length;
  const wrong = mismatches.filter(({ count }) => count > 0);
  const devices = counted(notSeen.length, 'device', 'devices');
  const paragraphs = [
    notSeen.length === 0
      ? 'Every device that should call has been heard from.'
      : `${devices} not heard from for longer than the ${policyTitle} allows. That a device is silent says nothing about whoever holds it.`,
    lines.length === 0 ? null : lines.join('\n'),
    more === 0 ? null : `And ${more} more.`,
    wrong.length === 0 ? null : `In the register:\n${wrong.map(({ words, count }) => `${words}: ${count}`).join('\n')}`,
    `What you need to do: find out where each device is. One that is in store, in repair or away with somebody can be marked so, and is then not expected to call.\n${origin}/devices/not-seen\n${origin}/devices/mismatches`,
  ];
  return {
    title: notSeen.length === 0 ? 'Register of devices: what does not fit' : `${devices} not seen lately`,
    body: paragraphs.filter((paragraph) => paragraph !== null).join('\n\n'),
  };
}
