import type { Role } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { problem } from '../../errors.ts';
import { containmentNotice } from '../../notify/containment.ts';
import { queueNotice } from '../../notify/queue.ts';
import { Text } from '../../shapes.ts';
import type { NoticeDeps } from '../notices.ts';
import type { LifeAct } from './act.ts';
import { isEarly } from './decisions.ts';

/** Who withdraws access and seizes equipment (clauses 4.6 and 4.7). */
const ICT: Role = 'ict-administrator';

export const CONTAINMENT_ASKED = 'containment-asked';

export const ContainmentRequest = Type.Object(
  { request: Text(2000, 'what ICT is asked to do, such as to withdraw remote access') },
  { additionalProperties: false },
);

/** ICT is asked to contain it, by a message that names the reference and what is wanted. It changes nothing by itself. */
export const askingToContain = (
  { request }: Static<typeof ContainmentRequest>,
  by: string,
  { now, random, origin }: NoticeDeps,
): LifeAct => ({
  act: null,
  type: CONTAINMENT_ASKED,
  detail: { request, role: ICT },
  work: async (tx, breach) => {
    const { organisation, ref, ended_at: endedAt, severity, assessed_severity: assessed } = breach;
    if (endedAt !== null) throw problem('conflict', `${ref} has ended. Open it again first.`);
    const early = isEarly(breach, ICT);
    if (early)
      throw problem('conflict', `Whoever is told first has not been told of ${ref} yet: ICT can be asked after that.`);
    const text = containmentNotice({ ref, request, by, severity: assessed ?? severity }, origin);
    await queueNotice(tx, { organisation, role: ICT, ...text, breaches: [], at: now }, random);
    return {};
  },
});
