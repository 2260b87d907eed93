import { addActionAct, endActionAct } from './actions.ts';
import { assessAct } from './assess.ts';
import { awarenessAct, individualsAct, regulatorAct } from './decide.ts';
import { type DeskAct, mayDo } from './desk-act.ts';
import { type DeskCase, pathOf } from './desk-case.ts';
import { assignAct, closeAct, reopenAct } from './ending.ts';
import { referAct } from './refer.ts';
import { askContainAct, containAct, triageAct } from './triage.ts';

/** Everything that a person may do to a breach on a page of its own, in the order in which it is usually done. */
export const DESK_ACTS: readonly DeskAct[] = [
  triageAct,
  askContainAct,
  containAct,
  assessAct,
  regulatorAct,
  individualsAct,
  addActionAct,
  endActionAct,
  assignAct,
  referAct,
  awarenessAct,
  closeAct,
  reopenAct,
];

/** What this caller may do with it now, as links; what is done to one of its actions is beside that action. */
export const linksFor = (it: DeskCase): { readonly name: string; readonly text: string; readonly href: string }[] =>
  DESK_ACTS.filter((act) => act !== endActionAct && mayDo(act, it.caller) && act.isOpen(it)).map(
    ({ name, heading, link, path }) => ({
      name,
      text: link?.(it) ?? heading,
      href: `${pathOf(it.breach.ref)}/${path}`,
    }),
  );
