import { SEVERITIES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { Text } from '../../shapes.ts';

const closed = { additionalProperties: false } as const;

/** What is known of a question; `unknown` is neither yes nor no. */
const ANSWERS = ['yes', 'no', 'unknown'] as const;
const Answer = (description: string) => Type.Enum([...ANSWERS], { description: `${description}: yes, no or unknown` });
const factor = (description: string) => Text(1000, description);
const Number = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000, description }));

/** Who or what is weighed; each in a sentence, `Not known` where it is so. */
export const FACTORS = {
  type: 'what kind of breach it is: confidentiality, integrity or availability',
  sensitivity: 'how sensitive the information is',
  protection: 'what protected it, such as encryption, and when that was last seen',
  whatHappened: 'what has happened to the information',
  reveals: 'what it could tell somebody about a person',
  howMany: 'how many people are affected',
  who: 'who they are',
  harm: 'what harm could come to them',
} as const;
export type Factor = keyof typeof FACTORS;
const factors = Object.fromEntries(Object.entries(FACTORS).map(([name, words]) => [name, factor(words)])) as Record<
  Factor,
  ReturnType<typeof factor>
>;

/**
 * What a person makes of a confirmed breach: its eight factors, the regulator's three questions (does it concern living
 * people's data; is a risk to them likely; is it a high risk) and its severity.
 */
export const Assessment = Type.Object(
  {
    severity: Type.Enum([...SEVERITIES], { description: `one of ${SEVERITIES.join(', ')}` }),
    factors: Type.Object(factors, closed),
    personalData: Answer("whether living people's data is involved"),
    riskLikely: Answer('whether a risk to them is likely'),
    highRisk: Answer('whether that risk is high'),
    specialCategory: Type.Optional(Answer('whether special category data is involved')),
    childrenOrVulnerable: Type.Optional(Answer('whether children or vulnerable people are affected')),
    people: Number('about how many people are affected'),
    records: Number('about how many records are involved'),
    consequences: Text(4000, 'the likely consequences'),
    reasons: Text(4000, 'why it is assessed so'),
  },
  closed,
);
export type Assessment = Static<typeof Assessment>;

/** Where the three answers contradict each other; undefined where they do not. */
export function contradiction({ personalData, riskLikely, highRisk }: Assessment): string | undefined {
  if (personalData === 'no' && riskLikely !== 'no')
    return 'Without personal data there is no risk to people: answer riskLikely with no, or personalData with yes or unknown.';
  if (riskLikely === 'no' && highRisk !== 'no')
    return 'A risk that is not likely is not high: answer highRisk with no, or riskLikely with yes or unknown.';
  return undefined;
}

/** Whom a decision about telling is still to be made of, by an assessment. Not knowing needs a decision as much as a yes. */
export const mustDecide = ({ personalData, highRisk }: Assessment): readonly ('regulator' | 'individuals')[] => [
  ...(personalData === 'no' ? [] : (['regulator'] as const)),
  ...(highRisk === 'no' ? [] : (['individuals'] as const)),
];
