import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actsOpenTo,
  BREACH_ACTS,
  BREACH_STATUSES,
  type BreachAct,
  type BreachStatus,
  ENDED,
  statusAfter,
} from '../../src/breaches/life/states.ts';

/** By hand, a line an act; the columns are the statuses in their order, `-` where it may not be done. */
const TABLE = `
                 suspected    acknowledged confirmed    near-miss    contained    assessed     restored     not-a-breach closed
acknowledge      acknowledged acknowledged confirmed    near-miss    contained    assessed     restored     not-a-breach closed
confirm          confirmed    confirmed    confirmed    confirmed    contained    assessed     confirmed    -            -
call-near-miss   near-miss    near-miss    near-miss    near-miss    near-miss    near-miss    near-miss    -            -
dismiss          not-a-breach not-a-breach not-a-breach not-a-breach not-a-breach not-a-breach not-a-breach -            -
contain          contained    contained    contained    near-miss    contained    assessed     restored     -            -
assess           -            -            assessed     near-miss    assessed     assessed     -            -            -
close            closed       closed       closed       closed       closed       closed       closed       -            -
reopen           -            -            -            -            -            -            acknowledged acknowledged acknowledged
restore          restored     restored     confirmed    near-miss    contained    assessed     -            -            -
recur            suspected    acknowledged confirmed    near-miss    contained    assessed     suspected    -            -
`;

const byHand = Object.fromEntries(
  TABLE.trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [act = '', ...after] = line.trim().split(/\s+/);
      return [act, Object.fromEntries(BREACH_STATUSES.map((status, index) => [status, after[index]]))];
    }),
);

describe('the life of a breach', () => {
  it('goes from each status by each act to where the table says, and nowhere else', () => {
    const all = BREACH_ACTS.flatMap((act) =>
      BREACH_STATUSES.map((status) => `${act} ${status} ${statusAfter(act, status) ?? '-'}`),
    );
    const said = BREACH_ACTS.flatMap((act) =>
      BREACH_STATUSES.map((status) => `${act} ${status} ${byHand[act]?.[status]}`),
    );
    expect(all).toEqual(said);
  });

  it('is never ended by a device once a person has decided about it, whatever the order of acts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...BREACH_ACTS), { maxLength: 30 }), (acts) => {
        let [status, decided]: [BreachStatus, boolean] = ['suspected', false];
        for (const act of acts) {
          const after = statusAfter(act, status);
          if (after === undefined) continue;
          if (act === 'restore' && decided && ENDED.has(after)) return false;
          if (act === 'confirm' || act === 'call-near-miss') decided = true;
          if (act === 'reopen') decided = false;
          status = after;
        }
        return true;
      }),
    );
    expect(statusAfter('restore', 'confirmed')).toBe('confirmed');
  });

  it('can be acknowledged, and opened again once it has ended, whatever it is', () => {
    for (const status of BREACH_STATUSES) {
      expect(actsOpenTo(status)).toContain('acknowledge');
      expect(actsOpenTo(status).includes('reopen')).toBe(ENDED.has(status));
      expect(actsOpenTo(status)).not.toContain('restore' satisfies BreachAct);
    }
  });
});
