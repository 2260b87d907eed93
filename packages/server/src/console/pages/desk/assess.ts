import { SEVERITIES } from '@beadle/shared';
import { assessing } from '../../../breaches/life/acts.ts';
import { type Assessment, contradiction, type Factor, FACTORS } from '../../../breaches/life/assessment.ts';
import { ANSWER_WORDS, FACTOR_WORDS, optionsOf } from '../../breach-words.ts';
import type { FieldError, FormField, Values } from '../../forms/fields.ts';
import { labelOf } from '../../labels.ts';
import { type DeskAct, given, living, only } from './desk-act.ts';
import { mayBe } from './desk-case.ts';

const NAMES = Object.keys(FACTORS) as readonly Factor[];

const factorFields = NAMES.map((name, index): FormField => {
  const [label, hint] = FACTOR_WORDS[name] ?? [name, ''];
  return {
    name,
    kind: 'text',
    label,
    hint,
    missing: `Enter something under “${label}”, or “Not known”`,
    most: 1000,
    ...(index === 0 ? { heading: 'What is weighed' } : {}),
  };
});

const question = (name: string, label: string, hint: string, more: Partial<FormField> = {}): FormField => ({
  name,
  kind: 'choice',
  label,
  hint,
  missing: `Answer “${label}” with yes, no or not known`,
  options: optionsOf(ANSWER_WORDS),
  ...more,
});

const QUESTIONS: readonly FormField[] = [
  question(
    'personalData',
    'Is information about living people involved?',
    'Anything by which somebody can be known, alone or together with something else.',
    { heading: 'The three questions of the regulator' },
  ),
  question(
    'riskLikely',
    'Is a risk to them likely?',
    'Not likely, for example, where the information was encrypted and the key is safe.',
  ),
  question(
    'highRisk',
    'Is that risk high?',
    'Where it is, the people affected are to be told without undue delay, so that they can protect themselves.',
  ),
];

const FIGURES: readonly FormField[] = [
  {
    ...question('specialCategory', 'Is special category information involved?', 'Such as health, belief or ethnicity.'),
    heading: 'Whom it affects',
  },
  question('childrenOrVulnerable', 'Are children or vulnerable people affected?', 'As far as it is known.'),
  { name: 'people', kind: 'number', label: 'About how many people are affected' },
  { name: 'records', kind: 'number', label: 'About how many records are involved' },
].map((field) => {
  const { missing: _, ...optional } = field as FormField;
  return optional;
});

const OUTCOME: readonly FormField[] = [
  {
    name: 'consequences',
    kind: 'text',
    label: 'The likely consequences',
    heading: 'What you make of it',
    missing: 'Enter the likely consequences',
    most: 4000,
  },
  {
    name: 'severity',
    kind: 'choice',
    label: 'How serious it is for the council',
    missing: 'Choose how serious it is',
    options: SEVERITIES.toReversed().map((value) => ({ value, text: labelOf('severity', value).text })),
  },
  { name: 'reasons', kind: 'text', label: 'Why you assess it so', missing: 'Enter why you assess it so', most: 4000 },
];

const ANSWERS = ['personalData', 'riskLikely', 'highRisk', 'specialCategory', 'childrenOrVulnerable'] as const;

/** The form's answers as the assessment; the form has made sure that nothing is missing. */
function assessmentOf(values: Values): Assessment {
  const number = (name: string) => (values[name] === undefined ? {} : { [name]: Number(values[name]) });
  return {
    ...only(values, 'severity', ...ANSWERS, 'consequences', 'reasons'),
    ...number('people'),
    ...number('records'),
    factors: Object.fromEntries(NAMES.map((name) => [name, given(values, name)])),
  } as unknown as Assessment;
}

function valuesOf({ factors, ...rest }: Assessment): Values {
  const entries = Object.entries({ ...factors, ...rest });
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function contradictions(values: Values): FieldError[] {
  if (contradiction(assessmentOf(values)) === undefined) return [];
  return values['personalData'] === 'no'
    ? [{ field: 'riskLikely', text: 'Where no information about living people is involved, answer this with no' }]
    : [{ field: 'highRisk', text: 'Where a risk is not likely, answer this with no' }];
}

export const assessAct: DeskAct = {
  name: 'assess',
  path: 'assess',
  access: 'breaches:write',
  heading: 'Assess it',
  link: ({ it }) => (it.assessment === null ? undefined : 'Assess it again'),
  isOpen: (it) => mayBe(it, 'assess') && it.it.triage !== null,
  intro: () => [
    'Write “Not known” where it is so. You can assess it again when more is known: each assessment stays in the timeline.',
  ],
  fields: [...factorFields, ...QUESTIONS, ...FIGURES, ...OUTCOME],
  given: ({ it }) => (it.assessment === null ? {} : valuesOf(it.assessment)),
  check: contradictions,
  button: 'Record this assessment',
  run: living((values, { now }) => assessing(assessmentOf(values), now)),
  done: 'Your assessment is recorded.',
};
