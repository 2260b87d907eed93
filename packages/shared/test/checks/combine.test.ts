import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineParts, onePerSubject } from '../../src/checks/combine.ts';
import type { Judgement } from '../../src/findings/finding.ts';
import { VERDICTS } from '../../src/findings/verdict.ts';

const verdicts = fc.constantFrom(...VERDICTS);
const ORDER = ['fail', 'unknown', 'exempt', 'pass', 'not-applicable'];
const worstOf = (all: readonly string[]) => ORDER.find((verdict) => all.includes(verdict));

describe('parts', () => {
  it('combine: any fail is a fail, else any unknown is unknown, else pass', () => {
    fc.assert(
      fc.property(fc.array(verdicts, { minLength: 1 }), (all) => {
        expect(combineParts(all.map((verdict) => ({ verdict }))).verdict).toBe(worstOf(all));
      }),
    );
  });

  it('keep the reason of the one that decides, and what each of them saw', () => {
    const combined = combineParts([
      { verdict: 'pass', observed: { a: 1, both: 'first' } },
      { verdict: 'unknown', reason: 'stale', observed: { both: 'decides' } },
      { verdict: 'unknown', reason: 'locked', observed: { c: 3, both: 'last' } },
    ]);
    expect(combined).toEqual({ verdict: 'unknown', reason: 'stale', observed: { a: 1, both: 'decides', c: 3 } });
  });
});

describe('one judgement for each subject', () => {
  const judgement = (subject: string, verdict: Judgement['verdict'], kind: Judgement['kind']): Judgement => ({
    subject,
    kind,
    at: 0,
    verdict,
    severity: 'high',
    observed: {},
  });
  const judgements = fc.array(
    fc
      .tuple(fc.constantFrom('a', 'b'), verdicts, fc.constantFrom('state', 'event'))
      .map((parts) => judgement(...parts)),
  );

  it('is the worst of it', () => {
    fc.assert(
      fc.property(judgements, (all) => {
        const chosen = onePerSubject(all);
        const subjects = [...new Set(all.map(({ subject }) => subject))];
        expect(chosen.map(({ subject }) => subject)).toEqual(subjects);
        const worst = subjects.map((name) =>
          worstOf(all.filter(({ subject }) => subject === name).map(({ verdict }) => verdict)),
        );
        expect(chosen.map(({ verdict }) => verdict)).toEqual(worst);
      }),
    );
  });

  it('is the event where a state is as bad', () => {
    const both = [judgement('a', 'fail', 'state'), judgement('a', 'fail', 'event')];
    expect(onePerSubject(both)).toEqual([both[1]]);
    expect(onePerSubject(both.toReversed())).toEqual([both[1]]);
  });
});
