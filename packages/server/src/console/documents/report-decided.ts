import type { Factor } from '../../breaches/life/assessment.ts';
import type { BreachReport } from '../../breaches/report-document.ts';
import type { Block, Section } from '../../pdf/document.ts';
import { actorWords } from '../timeline-words.ts';
import { capital, day, humanise, moment } from '../words.ts';
import { labelOf } from '../labels.ts';
import { doneBy, fact, facts, known, section, text } from './parts.ts';

type Decided = BreachReport['decided'];

const TRIAGES: Readonly<Record<string, string>> = {
  confirmed: 'It is a breach',
  'near-miss': 'It is a near miss',
  'not-a-breach': 'It is not a breach',
};

function triage({ triage: made, category, owner, reopenings }: Decided): Block[] {
  const kind = [
    fact('Category', category === null ? 'Nobody has said' : humanise(category)),
    fact('Whose case it is', owner ?? 'Nobody’s yet'),
  ];
  const reopened = reopenings.map((one) => fact('Opened again', `${doneBy(one)}. Why: ${one.reason}`));
  if (made === null) return [facts('What it is', [...kind, fact('Decision', 'Nobody has decided yet'), ...reopened])];
  return [
    facts('What it is', [
      ...kind,
      fact('Decision', TRIAGES[made.decision] ?? humanise(made.decision)),
      fact('Decided', doneBy(made)),
      fact('Why', made.reason),
      ...reopened,
    ]),
  ];
}

const containment = ({ containment: done }: Decided): Block =>
  done.length === 0
    ? text('Nothing is on record that was done to contain it.')
    : facts(
        'What was done to contain it',
        done.map((one) => fact(doneBy(one), one.measures)),
      );

const FACTOR_NAMES: Readonly<Record<Factor, string>> = {
  type: 'Kind of breach',
  sensitivity: 'How sensitive the information is',
  protection: 'What protected it',
  whatHappened: 'What has happened to it',
  reveals: 'What it could reveal',
  howMany: 'How many people',
  who: 'Who they are',
  harm: 'What harm could come to them',
};

function assessment({ assessment: made }: Decided): Block[] {
  if (made === null) return [text('Nobody has assessed it yet.')];
  const factors = Object.entries(FACTOR_NAMES) as [Factor, string][];
  return [
    facts(
      'The eight factors',
      factors.map(([name, words]) => fact(words, made.factors[name])),
    ),
    facts('The three questions of the regulator, and what follows', [
      fact('Is living people’s data involved?', capital(made.personalData)),
      fact('Is a risk to them likely?', capital(made.riskLikely)),
      fact('Is that risk high?', capital(made.highRisk)),
      known('Special category data', made.specialCategory && capital(made.specialCategory)),
      known('Children or vulnerable people', made.childrenOrVulnerable && capital(made.childrenOrVulnerable)),
      fact('About how many people', made.people === undefined ? 'Not known' : String(made.people)),
      fact('About how many records', made.records === undefined ? 'Not known' : String(made.records)),
      fact('Likely consequences', made.consequences),
      fact('Severity', labelOf('severity', made.severity).text),
      fact('Why', made.reasons),
      fact('Assessed', doneBy(made)),
    ]),
  ];
}

const DECISIONS: Readonly<Record<string, string>> = { tell: 'Tell', 'do-not-tell': 'Do not tell' };
const TOLD: Readonly<Record<string, string>> = { regulator: 'the regulator', individuals: 'the people affected' };

function decisions({ decisions: made, awareness }: Decided): Block[] {
  if (made.length + awareness.length === 0)
    return [text('Nobody has decided yet whether the regulator or the people affected are to be told.')];
  return [
    ...made.map((one) =>
      facts(`${DECISIONS[one.decision] ?? humanise(one.decision)} ${TOLD[one.about] ?? humanise(one.about)}`, [
        fact('Decided', one.holds ? doneBy(one) : `${doneBy(one)}; a later decision has taken its place`),
        fact('Why', one.reasons),
        known('Told', one.toldAt === null ? null : moment(one.toldAt)),
        known('Their reference', one.reference),
      ]),
    ),
    ...awareness.map((one) =>
      facts('The moment of awareness was moved', [
        fact('To', moment(one.awareAt)),
        fact('Moved', doneBy(one)),
        fact('Why', one.reasons),
      ]),
    ),
  ];
}

const ROUTES: Readonly<Record<string, string>> = { siro: 'the SIRO' };

function referrals({ referrals: made }: Decided): Block[] {
  if (made.length === 0) return [text('It has not been referred to anybody.')];
  return made.map((one) =>
    facts(`Referred to ${ROUTES[one.to] ?? humanise(one.to).toLowerCase()}`, [
      fact('Referred', doneBy(one)),
      fact('Why', one.reasons),
      known('Culpability, as the person who referred it judges', one.culpability && humanise(one.culpability)),
      known('Their reference', one.reference),
      one.beforeNotified && fact('Order', 'It went out before whoever is told first had been told.'),
    ]),
  );
}

function actions({ actions: all }: Decided): Block {
  if (all.length === 0) return text('No action has been agreed.');
  return {
    kind: 'table',
    caption: 'What is to be done, by whom and by when',
    head: ['What', 'Who', 'By', 'What came of it'],
    shares: [4, 2, 2, 4],
    rowHeads: true,
    rows: all.map(({ title, owner, due, outcome, endedAt, endedBy, note }) => {
      if (outcome === null || endedAt === null) return [title, owner, day(due), 'Open'];
      const ended = `${humanise(outcome)} on ${day(endedAt)} by ${actorWords(endedBy ?? '')}`;
      return [title, owner, day(due), note === null ? ended : `${ended}\n${note}`];
    }),
  };
}

function closing({ closing: made }: Decided): Block {
  if (made === null) return text('It is not closed.');
  return facts('How it was closed', [
    fact('Closed', doneBy(made)),
    fact('Why', made.reason),
    fact('Root cause', made.rootCause ?? 'Not said'),
    fact('Lessons', made.lessons ?? 'Not said'),
  ]);
}

/** What people decided, in the order in which a breach is dealt with. */
export const decidedSections = ({ decided }: BreachReport): Section[] => [
  section('What people decided that it is', ...triage(decided)),
  section('Containment', containment(decided)),
  section('Assessment', ...assessment(decided)),
  section('Telling the regulator and the people affected', ...decisions(decided)),
  section('Referrals', ...referrals(decided)),
  section('Actions', actions(decided)),
  section('Closing', closing(decided)),
];
