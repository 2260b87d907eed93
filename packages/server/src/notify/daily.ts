import { type NoticeContext, type NoticeText, paragraphs } from './messages.ts';
import { momentInWords } from './words.ts';

interface Named {
  readonly ref: string;
  readonly clause: string;
  readonly severity: string;
}

/** What the officer is told of a day. Nothing in it names a person, and the duties are never added up. */
export interface Day {
  /** Opened since the last one: about people, and about devices for ICT. */
  readonly opened: readonly Named[];
  readonly openedForIct: number;
  /** Open breaches of which 72 hours end within a day (UK GDPR, Article 33), with the moment. */
  readonly clocks: readonly { readonly ref: string; readonly endsAt: number }[];
  /** Rules that devices fail, and whose grace ends within a day. */
  readonly graceEnding: number;
  /** Authorisations that end within a day. */
  readonly authorisationsEnding: readonly { readonly ref: string; readonly endsAt: number }[];
  /** Open actions that are due within a day, or overdue; what they are may name somebody, and stands behind the link. */
  readonly actionsDue: readonly { readonly ref: string; readonly due: number }[];
  /** Breaches that nobody has acknowledged, the oldest first, and authorisations that nobody has decided. */
  readonly unacknowledged: readonly Named[];
  readonly undecided: number;
  readonly undelivered: readonly { readonly channel: string; readonly count: number; readonly error: string | null }[];
}

/** More are counted and stand behind the link. */
const MOST_LISTED = 20;

export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function listed<T>(heading: string, all: readonly T[], lineOf: (one: T) => string): string | null {
  if (all.length === 0) return null;
  const more = all.length - MOST_LISTED;
  const lines = all.slice(0, MOST_LISTED).map(lineOf);
  return [heading, ...lines, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n');
}

const named = ({ ref, clause, severity }: Named): string => `${ref}: section ${clause}, ${severity}`;
const ending = ({ ref, endsAt }: { readonly ref: string; readonly endsAt: number }): string =>
  `${ref}: ${momentInWords(endsAt)}`;

export function isEmptyDay(day: Day): boolean {
  const { opened, clocks, actionsDue, authorisationsEnding, unacknowledged, undelivered } = day;
  const lists = [opened, clocks, actionsDue, authorisationsEnding, unacknowledged, undelivered];
  return lists.every((list) => list.length === 0) && day.openedForIct + day.graceEnding + day.undecided === 0;
}

const newParts = ({ opened, openedForIct }: Day): (string | null)[] => [
  listed('New since the last digest:', opened, named),
  openedForIct === 0 ? null : `New for ICT: ${counted(openedForIct, 'device problem', 'device problems')}.`,
];

const clockParts = ({ clocks, graceEnding, authorisationsEnding }: Day): (string | null)[] => [
  listed(
    'If these turn out to be breaches of personal data, the 72 hours in which the Information Commissioner is told end, at the earliest:',
    clocks,
    ending,
  ),
  graceEnding === 0
    ? null
    : `${counted(graceEnding, 'failing rule has', 'failing rules have')} no grace left by tomorrow.`,
  listed('Authorisations that end by tomorrow:', authorisationsEnding, ending),
];

const waitingParts = ({ actionsDue, unacknowledged, undecided }: Day, at: number): (string | null)[] => [
  listed(
    'Actions that are due:',
    actionsDue,
    ({ ref, due }) => `${ref}: ${due < at ? 'overdue since' : 'by'} ${momentInWords(due)}`,
  ),
  listed(`Not acknowledged yet, the oldest first (${unacknowledged.length}):`, unacknowledged, named),
  undecided === 0 ? null : `${counted(undecided, 'authorisation waits', 'authorisations wait')} for a decision.`,
];

function titleOf({ opened, unacknowledged, undelivered }: Day): string {
  const parts = [
    opened.length === 0 ? null : counted(opened.length, 'new breach', 'new breaches'),
    unacknowledged.length === 0 ? null : `${unacknowledged.length} not acknowledged`,
    undelivered.length === 0 ? null : 'messages that could not be delivered',
  ].filter((part) => part !== null);
  return `Today: ${parts.length === 0 ? 'what waits, and what ends' : parts.join(', ')}`;
}

/** The digest of a day. */
export function dailyNotice(day: Day, { origin }: NoticeContext, at: number): NoticeText {
  const undelivered = listed(
    'Messages that could not be delivered:',
    day.undelivered,
    ({ channel, count, error }) => `${channel}: ${count}${error === null ? '' : `. The last said: ${error}`}`,
  );
  return {
    title: titleOf(day),
    body: paragraphs(
      `As it stood on ${momentInWords(at)}.`,
      ...newParts(day),
      ...clockParts(day),
      ...waitingParts(day, at),
      undelivered === null ? null : `${undelivered}\n${origin}/messages`,
      `What you need to do: look at what waits.\n${origin}/breaches`,
    ),
    event: { type: 'digest.daily', path: '/' },
  };
}
