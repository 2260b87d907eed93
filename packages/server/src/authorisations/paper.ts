import { dateOfDay, daysOf, startOfDay } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { kindNamed, KINDS } from './kinds.ts';
import type { AuthorisationRow } from './store.ts';

const closed = { additionalProperties: false } as const;
const Words = (maximum: number, description: string) => Type.String({ minLength: 1, maxLength: maximum, description });

/** What the scheme of classification lets be taken home (Dacorum, appendix 1). */
export const CLASSIFICATIONS = ['OFFICIAL', 'OFFICIAL-SENSITIVE'] as const;
export const COPIES = ['original', 'copy', 'both'] as const;

/** The fields of form DBC701 (clause 5.15) that any other authorisation has no place for. */
export const Paper = Type.Object(
  {
    recordType: Words(200, 'what records they are, such as case files; never whose'),
    classification: Type.Enum([...CLASSIFICATIONS], {
      description: `${CLASSIFICATIONS.join(' or ')}: SECRET and above is never taken home, and is not recorded here`,
    }),
    quantity: Words(200, 'how much it is, such as 2 folders'),
    copies: Type.Enum([...COPIES], { description: `one of ${COPIES.join(', ')}` }),
    storage: Words(1000, 'how they are kept at home'),
    transport: Words(1000, 'how they are carried'),
  },
  closed,
);
export type Paper = Static<typeof Paper>;

export const PAPER_OUTCOMES = ['returned', 'destroyed'] as const;
export type PaperOutcome = (typeof PAPER_OUTCOMES)[number];

/** A marking is in capitals, so that nobody is refused who writes that something is no secret. */
const MARKED = /\bSECRET\b/;

/** Why paper may not be asked for as it is; undefined where it may. */
export function paperProblem(kind: string, paper: Paper | undefined, purpose: string): string | undefined {
  const concerns = kindNamed(kind)?.paper !== undefined;
  if (paper !== undefined && !concerns) return 'This kind is not for paper: leave out what paper it is.';
  if (!concerns || ![purpose, ...Object.values(paper ?? {})].some((text) => MARKED.test(text))) return undefined;
  return 'SECRET and above is never taken home, and nothing about it is recorded here.';
}

export const paperOf = ({ paper }: Pick<AuthorisationRow, 'paper'>): Paper | null =>
  paper === null ? null : (JSON.parse(paper) as Paper);

type Ended = Pick<AuthorisationRow, 'kind' | 'status' | 'valid_from' | 'valid_to' | 'revoked_at' | 'paper_outcome'>;

/** By when somebody has to say what became of paper, where it was out until `end`: the end of so many working days after its last. */
function dueAfter(end: number, workingDays: number): number {
  let day = daysOf(end - 1, end)?.last ?? 0;
  for (let left = workingDays; left > 0; ) {
    day += 1;
    left -= isWorkingDay(day) ? 1 : 0;
  }
  return startOfDay(dateOfDay(day + 1));
}

/** Monday to Friday; 1 January 1970 was a Thursday. Bank holidays count, which asks a day early at worst. */
const isWorkingDay = (day: number): boolean => (day + 3) % 7 < 5;

/** When the paper of one that was given went out of it, whether that is past or to come; null where none ever does. */
function paperEnd({ kind, status, valid_from: from, valid_to: to, revoked_at: revoked }: Ended): number | null {
  if (kindNamed(kind)?.paper === undefined || (status !== 'approved' && status !== 'revoked')) return null;
  const end = Math.min(to, revoked ?? to);
  return end > from ? end : null;
}

/** By when somebody is to say what became of the paper; null where nobody has to, or somebody has. */
export function paperDue(row: Ended): { readonly endsAt: number; readonly dueAt: number } | null {
  const [endsAt, within] = [paperEnd(row), kindNamed(row.kind)?.paper?.withinWorkingDays];
  if (endsAt === null || within === undefined || row.paper_outcome !== null) return null;
  return { endsAt, dueAt: dueAfter(endsAt, within) };
}

/** Of each kind that concerns paper, the moment before which one ended of which somebody ought to have told by `now`. */
export const overdueEnds = (now: number): readonly { readonly kind: string; readonly before: number }[] =>
  KINDS.flatMap(({ kind, paper }) => {
    if (paper === undefined) return [];
    let day = daysOf(now - 1, now)?.last ?? 0;
    while (dueAfter(startOfDay(dateOfDay(day + 1)), paper.withinWorkingDays) > now) day -= 1;
    return [{ kind, before: startOfDay(dateOfDay(day + 1)) }];
  });

export const owedEnds = (now: number): ReturnType<typeof overdueEnds> =>
  KINDS.flatMap(({ kind, paper }) => (paper === undefined ? [] : [{ kind, before: now }]));

export const PAPER_KINDS = KINDS.flatMap(({ kind, paper }) => (paper === undefined ? [] : [kind]));
