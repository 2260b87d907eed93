import { SEVERITIES } from '../findings/verdict.ts';
import { after } from '../duration.ts';
import { ARTICLE_33, type External, type PolicyDeadlines } from './deadlines.ts';
import type { Path, Problem } from './expectation.ts';

type Counted = { readonly duration: string; readonly counts: 'clock' | 'working' };

const LONGEST = 'P366D';
/** A working year of 8 hours a day. */
const LONGEST_WORKING = { days: 260, hours: 2080 } as const;

const isNoTime = (duration: string): boolean => after(0, duration) === 0;

/** What is expected of a duration, undefined where it is so. */
function expectedOf({ duration, counts }: Counted): string | undefined {
  if (counts === 'clock') return after(0, duration) <= after(0, LONGEST) ? undefined : `at most ${LONGEST}`;
  const { years, months, weeks, days, hours, minutes, seconds } = Temporal.Duration.from(duration);
  const worked = hours + minutes / 60 + seconds / 3600;
  if (years + months + weeks > 0 || (days > 0 && worked > 0))
    return 'working days such as P2D, or working hours such as PT4H';
  if (days <= LONGEST_WORKING.days && worked <= LONGEST_WORKING.hours) return undefined;
  return `at most P${LONGEST_WORKING.days}D or PT${LONGEST_WORKING.hours}H of working time`;
}

function durationProblems(path: Path, counted: Counted, mayBeNone: boolean): Problem[] {
  if (!mayBeNone && isNoTime(counted.duration))
    return [{ path, at: 'value', expected: 'a duration longer than no time' }];
  const expected = expectedOf(counted);
  return expected === undefined ? [] : [{ path, at: 'value', expected }];
}

const acknowledgeProblems = ({ acknowledge = {} }: PolicyDeadlines): Problem[] =>
  SEVERITIES.flatMap((severity) => {
    const target = acknowledge[severity] ?? 'none';
    if (target === 'none') return [];
    const { within: duration, counts } = target;
    return durationProblems(['deadlines', 'acknowledge', severity, 'within'], { duration, counts }, false);
  });

const escalateProblems = ({ escalate = [] }: PolicyDeadlines): Problem[] =>
  escalate.flatMap(({ after: duration, counts }, at) =>
    durationProblems(['deadlines', 'escalate', at, 'after'], { duration, counts }, true),
  );

/** An entry without a condition would hold of everything. */
const outOfHoursProblems = ({ outOfHours = [] }: PolicyDeadlines): Problem[] =>
  outOfHours.flatMap((entry, at) =>
    Object.keys(entry).length > 0
      ? []
      : [{ path: ['deadlines', 'outOfHours', at], at: 'value', expected: 'one of kinds, severities or confirmedBy' }],
  );

function regulatorProblem({ name, within }: External, at: number, all: readonly External[]): Problem[] {
  const path = ['deadlines', 'regulator', at] as const;
  if (all.slice(0, at).some((one) => one.name === name))
    return [{ path: [...path, 'name'], at: 'value', expected: `a name that is not listed above, not "${name}"` }];
  if (name === ARTICLE_33.name && after(0, within) > after(0, ARTICLE_33.within))
    return [
      {
        path: [...path, 'within'],
        at: 'value',
        expected: `at most ${ARTICLE_33.within}, as Article 33 of the UK GDPR has it`,
      },
    ];
  return durationProblems([...path, 'within'], { duration: within, counts: 'clock' }, false);
}

/** What a schema cannot say of the deadlines: which durations a clock can count, and what the law does not allow. */
export const deadlineProblems = (deadlines: PolicyDeadlines): Problem[] => [
  ...acknowledgeProblems(deadlines),
  ...escalateProblems(deadlines),
  ...outOfHoursProblems(deadlines),
  ...(deadlines.regulator ?? []).flatMap(regulatorProblem),
];
