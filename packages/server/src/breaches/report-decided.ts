import { iso } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { BreachActionTable } from '../db/schema.ts';
import { ActionAnswer, presentAction } from './life/actions.ts';
import { Assessment } from './life/assessment.ts';
import type { BreachView } from './read.ts';
import type { BreachEventRow } from './read-history.ts';
import { membersOf, parsed } from './report-parsed.ts';
import { nullable } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String();
const Time = Type.String({ description: 'ISO 8601 in UTC' });
const made = { at: Time, by: Text } as const;

/** What people have decided about a breach: each with who, when and why. Lists are in the order in which it was done. */
export const Decided = Type.Object(
  {
    category: nullable(Text),
    owner: nullable(Text),
    triage: nullable(Type.Object({ ...made, decision: Text, reason: Text }, closed)),
    containment: Type.Array(Type.Object({ ...made, measures: Text }, closed)),
    assessment: nullable(Type.Object({ ...made, ...Assessment.properties }, closed)),
    decisions: Type.Array(
      Type.Object(
        {
          ...made,
          about: Text,
          decision: Text,
          reasons: Text,
          toldAt: nullable(Time),
          reference: nullable(Text),
          holds: Type.Boolean({ description: 'false where a later decision about the same has taken its place' }),
        },
        closed,
      ),
    ),
    awareness: Type.Array(Type.Object({ ...made, awareAt: Time, reasons: Text }, closed)),
    referrals: Type.Array(
      Type.Object(
        {
          ...made,
          to: Text,
          reasons: Text,
          culpability: nullable(Type.String({ description: "a person's judgement; never Beadle's" })),
          reference: nullable(Text),
          beforeNotified: Type.Boolean({ description: 'whether it went out before whoever is told first was told' }),
        },
        closed,
      ),
    ),
    actions: Type.Array(
      Type.Object({ ...ActionAnswer.properties, madeAt: Time, madeBy: Text, endedBy: nullable(Text) }, closed),
    ),
    reopenings: Type.Array(Type.Object({ ...made, reason: Text }, closed)),
    closing: nullable(
      Type.Object({ ...made, reason: Text, rootCause: nullable(Text), lessons: nullable(Text) }, closed),
    ),
  },
  closed,
);
export type Decided = Static<typeof Decided>;

interface Done {
  readonly type: string;
  readonly at: string;
  readonly by: string;
  readonly said: Readonly<Record<string, unknown>>;
}

const doneOf = ({ type, at, actor, detail }: BreachEventRow): Done => ({
  type,
  at: iso(at),
  by: actor,
  said: membersOf(detail),
});

const text = ({ said }: Done, name: string): string => (typeof said[name] === 'string' ? said[name] : '');
const textOrNull = (done: Done, name: string): string | null => text(done, name) || null;
const who = ({ at, by }: Done) => ({ at, by });

function triageOf({ triage }: BreachView, acts: readonly Done[]): Decided['triage'] {
  const last = acts.findLast(({ type }) => type === 'triaged');
  if (triage === null || last === undefined) return null;
  return { ...who(last), decision: triage, reason: text(last, 'reason') };
}

function assessmentOf({ assessment }: BreachView, acts: readonly Done[]): Decided['assessment'] {
  const last = acts.findLast(({ type }) => type === 'assessed');
  const value = parsed(assessment);
  return last !== undefined && Value.Check(Assessment, value) ? { ...who(last), ...value } : null;
}

function decisionsOf(acts: readonly Done[]): Decided['decisions'] {
  const found = acts.filter(({ type }) => type === 'decided');
  return found.map((done) => ({
    ...who(done),
    about: text(done, 'about'),
    decision: text(done, 'decision'),
    reasons: text(done, 'reasons'),
    toldAt: textOrNull(done, 'toldAt'),
    reference: textOrNull(done, 'reference'),
    holds: done === found.findLast((other) => text(other, 'about') === text(done, 'about')),
  }));
}

function closingOf({ status }: BreachView, acts: readonly Done[]): Decided['closing'] {
  const last = acts.findLast(({ type }) => type === 'closed');
  if (status !== 'closed' || last === undefined) return null;
  const [rootCause, lessons] = [textOrNull(last, 'rootCause'), textOrNull(last, 'lessons')];
  return { ...who(last), reason: text(last, 'reason'), rootCause, lessons };
}

const referralOf = (done: Done): Decided['referrals'][number] => ({
  ...who(done),
  to: text(done, 'to'),
  reasons: text(done, 'reasons'),
  culpability: textOrNull(done, 'culpability'),
  reference: textOrNull(done, 'reference'),
  beforeNotified: done.said['beforeNotified'] === true,
});

const actionOf = (row: BreachActionTable): Decided['actions'][number] => ({
  ...presentAction(row),
  madeAt: iso(row.made_at),
  madeBy: row.made_by,
  endedBy: row.ended_by,
});

/** `events` are those of people's acts, the oldest first. */
export function decidedOn(
  breach: BreachView,
  events: readonly BreachEventRow[],
  actions: readonly BreachActionTable[],
): Decided {
  const acts = events.map(doneOf);
  const all = (type: string) => acts.filter((done) => done.type === type);
  return {
    category: breach.category,
    owner: breach.owner,
    triage: triageOf(breach, acts),
    containment: all('contained').map((done) => ({ ...who(done), measures: text(done, 'measures') })),
    assessment: assessmentOf(breach, acts),
    decisions: decisionsOf(acts),
    awareness: all('awareness-moved').map((done) => ({
      ...who(done),
      awareAt: text(done, 'awareAt'),
      reasons: text(done, 'reasons'),
    })),
    referrals: all('referred').map(referralOf),
    actions: actions.map(actionOf),
    reopenings: all('reopened')
      .filter((done) => text(done, 'reason') !== '')
      .map((done) => ({ ...who(done), reason: text(done, 'reason') })),
    closing: closingOf(breach, acts),
  };
}
