import type { Case } from '../case.ts';
import { mustDecide } from './assessment.ts';

/** Whose turn it is, in the words of the desk; a name where somebody has it. */
export type Whose = 'officer' | 'ict' | 'officer-or-ict' | 'data-protection';

export type NextStep =
  | { readonly step: 'acknowledge' | 'decide' | 'contain' | 'assess' | 'close'; readonly whose: Whose }
  | { readonly step: 'decide-regulator' | 'decide-individuals'; readonly whose: Whose }
  | { readonly step: 'put-right'; readonly whose: Whose }
  | { readonly step: 'finish-action'; readonly title: string; readonly owner: string; readonly due: string }
  | { readonly step: 'none' };

type Now = Pick<
  Case,
  | 'triage'
  | 'acknowledgedAt'
  | 'containmentAskedAt'
  | 'containedAt'
  | 'endedAt'
  | 'assessment'
  | 'decisions'
  | 'actions'
> & { readonly duty: string; readonly kind: string };

function undecided({ assessment, decisions }: Now): 'regulator' | 'individuals' | undefined {
  return assessment === null ? undefined : mustDecide(assessment).find((about) => decisions[about] === null);
}

function afterConfirming(now: Now): NextStep | undefined {
  if (now.containedAt === null) {
    const whose = now.containmentAskedAt === null ? 'officer-or-ict' : 'ict';
    return { step: 'contain', whose };
  }
  if (now.assessment === null) return { step: 'assess', whose: 'officer' };
  const about = undecided(now);
  return about === undefined ? undefined : { step: `decide-${about}`, whose: 'data-protection' };
}

/** What comes next for a breach, and whose it is. Nothing of it happens by itself (invariant 8). */
export function nextStepOf(now: Now): NextStep {
  if (now.endedAt !== null) return { step: 'none' };
  if (now.triage === null && now.duty === 'ict' && now.kind === 'state' && now.acknowledgedAt !== null)
    return { step: 'put-right', whose: 'ict' };
  if (now.acknowledgedAt === null) return { step: 'acknowledge', whose: 'officer' };
  if (now.triage === null) return { step: 'decide', whose: 'officer' };
  const step = now.triage === 'confirmed' ? afterConfirming(now) : undefined;
  if (step !== undefined) return step;
  const action = now.actions.find(({ endedAt }) => endedAt === null);
  if (action !== undefined) return { step: 'finish-action', title: action.title, owner: action.owner, due: action.due };
  return { step: 'close', whose: 'officer' };
}
