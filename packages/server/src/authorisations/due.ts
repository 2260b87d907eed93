import { kindNamed } from './kinds.ts';
import { paperDue } from './paper.ts';
import type { AuthorisationRow } from './store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Requests that come together are told together. */
const GATHER_MS = 15 * MINUTE_MS;
/** Before the end; sooner where that is more than a quarter of the whole time. */
const REMIND_DAYS = 7;
/** In UTC: what is told once a day is told then, so that many that end on one day are one message. */
const MORNING_HOUR = 7;

export const MATTERS = ['asked', 'ending', 'review', 'lapsed', 'paper'] as const;
export type Matter = (typeof MATTERS)[number];

/** The column that says that a matter has been told. */
export const TOLD = {
  asked: 'asked_told_at',
  ending: 'end_told_at',
  review: 'review_told_at',
  lapsed: 'lapse_told_at',
  /** That it was told last: paper is asked after on every working day until somebody says what became of it. */
  paper: 'paper_told_at',
} as const satisfies Record<Matter, keyof AuthorisationRow>;

export interface Due {
  readonly matter: Matter;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Row = Pick<
  AuthorisationRow,
  'kind' | 'status' | 'requested_at' | 'valid_from' | 'valid_to' | 'review_at' | 'revoked_at' | 'paper_outcome'
> &
  Readonly<Record<(typeof TOLD)[Matter], number | null>>;

/** The first morning at or after a moment. */
export function morningOf(at: number): number {
  const morning = Math.floor(at / DAY_MS) * DAY_MS + MORNING_HOUR * HOUR_MS;
  return morning >= at ? morning : morning + DAY_MS;
}

function endingAt({ kind, valid_from: from, valid_to: to }: Row): number {
  const days = kindNamed(kind)?.remindDays ?? REMIND_DAYS;
  return morningOf(to - Math.min(days * DAY_MS, (to - from) / 4));
}

/** What is still to be told of an authorisation, and when. What would come after its end is not told any more. */
export function dueOf(row: Row): readonly Due[] {
  const due = (matter: Matter, at: number): Due[] => (row[TOLD[matter]] === null ? [{ matter, at }] : []);
  if (row.status === 'requested') return due('asked', row.requested_at + GATHER_MS);
  // What lapsed before its end was told has only lapsed.
  if (row.status !== 'approved' || row.lapse_told_at !== null) return paperDues(row);
  const before = [
    ...due('ending', endingAt(row)),
    ...(row.review_at < row.valid_to ? due('review', morningOf(row.review_at)) : []),
  ];
  return [
    ...before.filter(({ at }) => at < row.valid_to),
    ...due('lapsed', morningOf(row.valid_to)),
    ...paperDues(row),
  ];
}

/** The morning after somebody ought to have said what became of the paper, and each morning of a working day from then on. */
function paperDues(row: Row): readonly Due[] {
  const due = paperDue(row);
  if (due === null) return [];
  const told = row.paper_told_at;
  let at = morningOf(told === null ? due.dueAt : Math.max(due.dueAt, told + 1));
  while ([0, 6].includes(new Date(at).getUTCDay())) at += DAY_MS;
  return [{ matter: 'paper', at }];
}
