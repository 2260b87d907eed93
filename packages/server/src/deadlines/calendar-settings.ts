import Type, { type Static } from 'typebox';
import { NATIONS } from './bank-holidays.ts';

const closed = { additionalProperties: false } as const;

/** In the order of `Temporal.PlainDate.dayOfWeek`, which begins with 1. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const Time = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'a time such as 09:00' });
const DateOnly = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a date such as 2026-12-24' });
const Day = Type.Object(
  { opens: Time, closes: Time },
  { ...closed, description: 'when it opens and closes, such as { "opens": "09:00", "closes": "17:00" }' },
);

const week = Object.fromEntries(WEEKDAYS.map((day) => [day, Type.Optional(Day)])) as Record<
  Weekday,
  ReturnType<typeof Type.Optional<typeof Day>>
>;

/** First and last day, both closed; one day only where there is no last one. */
const Closure = Type.Object(
  { first: DateOnly, last: Type.Optional(DateOnly) },
  { ...closed, description: 'a first day, and a last one where it is longer than a day' },
);

/** When the council works, in the time of the United Kingdom. */
export const CalendarSettings = Type.Object(
  {
    nation: Type.Enum([...NATIONS], { description: `whose bank holidays are kept: ${NATIONS.join(', ')}` }),
    hours: Type.Object(week, { ...closed, description: 'the hours of each weekday; one left out is not worked' }),
    closures: Type.Array(Closure, { maxItems: 200, description: 'up to 200 closures besides bank holidays' }),
  },
  { ...closed, description: 'the working calendar: nation, hours and closures' },
);
export type CalendarSettings = Static<typeof CalendarSettings>;

const OFFICE = { opens: '09:00', closes: '17:00' };

export const DEFAULT_CALENDAR: CalendarSettings = {
  nation: 'england',
  hours: { monday: OFFICE, tuesday: OFFICE, wednesday: OFFICE, thursday: OFFICE, friday: OFFICE },
  closures: [],
};

/** Something that the schema cannot say: where, as `hours.monday.closes`, and what was expected there. */
export interface CalendarProblem {
  readonly field: string;
  readonly expected: string;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

function hourProblems({ hours }: CalendarSettings): CalendarProblem[] {
  const days = WEEKDAYS.flatMap((day) => (hours[day] === undefined ? [] : [{ day, ...hours[day] }]));
  if (days.length === 0) return [{ field: 'hours', expected: 'one working day in the week at least' }];
  return days
    .filter(({ opens, closes }) => minutesOf(closes) < minutesOf(opens) + 60)
    .map(({ day }) => ({ field: `hours.${day}.closes`, expected: 'a time at least an hour after it opens' }));
}

/** Days of one closure. With all closures of a calendar that long there is still a working day after them. */
const LONGEST_CLOSURE = 31;

function dateOf(text: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return undefined;
  }
}

function closureProblems({ closures }: CalendarSettings): CalendarProblem[] {
  return closures.flatMap(({ first, last = first }, index): CalendarProblem[] => {
    const [from, to] = [dateOf(first), dateOf(last)];
    const field = (key: string) => `closures.${index}.${key}`;
    if (from === undefined) return [{ field: field('first'), expected: 'a date that exists' }];
    if (to === undefined) return [{ field: field('last'), expected: 'a date that exists' }];
    const days = from.until(to, { largestUnit: 'days' }).days + 1;
    if (days < 1) return [{ field: field('last'), expected: 'a date on or after the first' }];
    return days > LONGEST_CLOSURE
      ? [{ field: field('last'), expected: `a date at most ${LONGEST_CLOSURE - 1} days after the first` }]
      : [];
  });
}

/** What is wrong with a calendar of the right form: a week without a working day, a day that closes before it opens. */
export const calendarProblems = (settings: CalendarSettings): readonly CalendarProblem[] => [
  ...hourProblems(settings),
  ...closureProblems(settings),
];
