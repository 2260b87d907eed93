/** What a step of a laptop's life is, as the driver takes it: one word, with a figure where it needs one. */
export type Step = 'cycle' | 'check-in' | 'stick' | 'print' | 'network down' | 'network up' | `clock ${number}`;

const HOUR_MS = 3_600_000;
const CHECK_INS_AN_HOUR = 12;
/** After each third check-in: every fifteen minutes. */
const CHECK_INS_A_CYCLE = 3;
/** A check-in that fails is tried again later and later: so many times within half an hour. */
const TRIES_WITHOUT_NETWORK = 8;

/** Of a person's day at the laptop, in hours; it sleeps over lunch, at night and from Friday to Monday. */
const MORNING = 4;
const AFTERNOON = 3.5;
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
type Day = (typeof DAYS)[number];

/** For how long somebody has the laptop open in the week, in seconds. */
export const AWAKE_SECONDS = 5 * (MORNING + AFTERNOON) * 3600;

/** Opened: everything is looked at, and what was found is told; then as often as the agent does. */
function open(hours: number): Step[] {
  const checkIns = Math.round(hours * CHECK_INS_AN_HOUR);
  const since: Step[] = Array.from({ length: checkIns }, (_, at) =>
    at % CHECK_INS_A_CYCLE === 0 ? (['cycle', 'check-in'] as const) : (['check-in'] as const),
  ).flat();
  return ['cycle', 'check-in', ...since];
}

const withoutNetwork: readonly Step[] = [
  'network down',
  ...Array.from({ length: TRIES_WITHOUT_NETWORK }, () => 'check-in' as const),
  'cycle',
  'network up',
  'check-in',
];

const happens: Readonly<Partial<Record<Day, readonly Step[]>>> = {
  Monday: withoutNetwork,
  Tuesday: ['stick', 'check-in'],
  Wednesday: [`clock ${HOUR_MS}`, 'cycle', 'check-in', `clock ${-HOUR_MS}`, 'cycle', 'check-in'],
  Thursday: ['stick', 'check-in'],
  Friday: withoutNetwork,
};

function stepsOf(day: Day): Step[] {
  if (day === 'Saturday' || day === 'Sunday') return [];
  const print: Step[] = ['print', 'check-in'];
  return [...open(MORNING), ...print, ...(happens[day] ?? []), ...open(AFTERNOON), ...print];
}

/** Seven days: five of work with sleep between them, two times without a network, a clock that is set, two sticks, ten prints. */
export const WEEK: readonly Step[] = DAYS.flatMap(stepsOf);

export const countOf = (step: Step): number => WEEK.filter((one) => one === step).length;
