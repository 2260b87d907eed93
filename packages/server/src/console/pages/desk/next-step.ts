import { type NextStep, nextStepOf, type Whose } from '../../../breaches/life/next-step.ts';
import { day } from '../../words.ts';
import type { DeskCase } from './desk-case.ts';

const WHOSE: Readonly<Record<Whose, string>> = {
  officer: 'the Information Security Team Leader',
  ict: 'ICT',
  'officer-or-ict': 'ICT, or the Information Security Team Leader',
  'data-protection': 'the Information Security Team Leader, with the Data Protection Officer',
};

type Simple = Exclude<NextStep['step'], 'finish-action' | 'none'>;

const WORDS: Readonly<Record<Simple, string>> = {
  acknowledge: 'Acknowledge it: say that you have seen it and are dealing with it',
  decide: 'Decide whether it is a breach, a near miss or neither',
  contain: 'Contain it, and say what was done',
  assess: 'Assess it: what it means for the people affected, and how serious it is',
  'decide-regulator': 'Decide whether to tell the regulator',
  'decide-individuals': 'Decide whether to tell the people affected',
  'put-right': 'Put it right on the device',
  close: 'Close it, with what it came from and what is learnt from it',
};

/** Which act each step is done by; `acknowledge` has a button of its own. */
const BY_ACT: Partial<Record<Simple, string>> = {
  decide: 'triage',
  contain: 'contain',
  assess: 'assess',
  'decide-regulator': 'decide-regulator',
  'decide-individuals': 'decide-individuals',
  close: 'closed',
};

export interface NextStepWords {
  readonly text: string;
  /** Whose turn it is; undefined where nothing is to be done. */
  readonly whose?: string;
  /** Where the caller may do it. */
  readonly href?: string | undefined;
  readonly isAcknowledge?: boolean;
}

/** What is to be done next, and by whom, in words; with a link for whoever may do it. */
export function nextStepWords(
  { it, breach }: DeskCase,
  links: readonly { readonly name: string; readonly href: string }[],
): NextStepWords {
  const next = nextStepOf({ ...it, duty: breach.duty, kind: breach.kind });
  if (next.step === 'none') return { text: 'Nothing: it has ended.' };
  if (next.step === 'finish-action')
    return { text: `${next.title}, by ${day(next.due)}`, whose: next.owner, href: '#actions' };
  const whose = next.whose === 'officer' ? (it.owner ?? WHOSE.officer) : WHOSE[next.whose];
  const act = BY_ACT[next.step];
  const text =
    next.step === 'put-right' && breach.remedy !== null ? `Put it right: ${breach.remedy}` : WORDS[next.step];
  return {
    text,
    whose,
    href: links.find(({ name }) => name === act)?.href,
    isAcknowledge: next.step === 'acknowledge',
  };
}
