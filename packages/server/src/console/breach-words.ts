import type { Phrase } from './language/say.ts';

/** The words for what a breach can be and where it can go; each table is all that there is, for a form as for a tag. */
export const CATEGORY_WORDS: Readonly<Record<string, Phrase>> = {
  lost: 'Something is lost',
  stolen: 'Something was stolen',
  'removable-media': 'A memory stick or other storage',
  printing: 'Printing',
  'sent-to-the-wrong-person': 'Sent or given to the wrong person',
  'unauthorised-access': 'Seen or used by somebody who may not',
  malware: 'A virus or other harmful software',
  'not-up-to-date': 'A device that is not up to date',
  paper: 'Paper documents',
  abroad: 'Working abroad',
  other: 'Something else',
};

export const TRIAGE_WORDS: Readonly<Record<string, string>> = {
  confirmed: 'It is a breach',
  'near-miss': 'It is a near miss',
  'not-a-breach': 'It is not a breach',
};

export const TELL_WORDS: Readonly<Record<string, string>> = { tell: 'Tell them', 'do-not-tell': 'Do not tell them' };
export const TOLD_WORDS: Readonly<Record<string, string>> = {
  regulator: 'The regulator',
  individuals: 'The people affected',
};

export const ROUTE_WORDS: Readonly<Record<string, string>> = {
  conduct: 'Whoever looks into conduct',
  'human-resources': 'Human Resources',
  'monitoring-officer': 'The Monitoring Officer',
  employer: 'The employer',
  siro: 'The SIRO',
  police: 'The police',
  regulator: 'The regulator',
  insurer: 'The insurer',
  other: 'Somebody else',
};

export const CULPABILITY_WORDS: Readonly<Record<string, string>> = {
  undetermined: 'Not determined',
  accidental: 'Accidental',
  negligent: 'Negligent',
  deliberate: 'Deliberate',
};

export const ANSWER_WORDS: Readonly<Record<string, Phrase>> = { yes: 'Yes', no: 'No', unknown: 'Not known' };
export const CERTAINTY_WORDS: Readonly<Record<string, Phrase>> = {
  happened: 'It has happened',
  suspected: 'I think that it has happened, or may have',
  'near-miss': 'It nearly happened: a near miss',
};
export const PLACE_WORDS: Readonly<Record<string, Phrase>> = {
  office: 'At the office',
  home: 'At home',
  travelling: 'While travelling',
  other: 'Somewhere else',
};

/** What is weighed of a breach, as the assessment asks it. */
export const FACTOR_WORDS: Readonly<Record<string, readonly [label: string, hint: string]>> = {
  type: [
    'What kind of breach it is',
    'Whether information was seen by others, was changed, or could not be used: confidentiality, integrity or availability.',
  ],
  sensitivity: ['How sensitive the information is', 'For example, names and addresses, health, money, safeguarding.'],
  protection: ['What protected it', 'For example, encryption, and when it was last seen to be on.'],
  whatHappened: ['What has happened to the information', 'For example, lost, sent to one known person, published.'],
  reveals: ['What it could tell somebody about a person', 'Also together with what is known from elsewhere.'],
  howMany: ['How many people are affected', 'About how many, and how you know.'],
  who: ['Who they are', 'For example, tenants, staff, children. No names.'],
  harm: ['What harm could come to them', 'For example, fraud, distress, danger, loss of trust.'],
};

export const wordOf = (words: Readonly<Record<string, string>>, value: string): string =>
  (Object.hasOwn(words, value) ? words[value] : undefined) ?? value;

/** The choices of a form, in their order. */
export const optionsOf = <Text extends string>(
  words: Readonly<Record<string, Text>>,
  only: readonly string[] = Object.keys(words),
) =>
  only.flatMap((value) => {
    const text = Object.hasOwn(words, value) ? words[value] : undefined;
    return text === undefined ? [] : [{ value, text }];
  });
