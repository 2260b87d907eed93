import { bankHolidaysOf } from './bank-holidays.ts';
import { calendarProblems, type CalendarSettings, WEEKDAYS } from './calendar-settings.ts';

const ZONE = 'Europe/London';

/** When a day is worked, in milliseconds since the epoch: from opening until just before closing. */
export interface WorkingDay {
  readonly opens: number;
  readonly closes: number;
}

/** The working calendar of a council. */
export interface WorkingCalendar {
  /** The hours of a date, by the clock on the wall; undefined where it is not worked. */
  readonly hoursOn: (date: Temporal.PlainDate) => WorkingDay | undefined;
}

function closedDates(closures: CalendarSettings['closures']): ReadonlySet<string> {
  const dates = new Set<string>();
  for (const { first, last = first } of closures)
    for (let day = Temporal.PlainDate.from(first); day.toString() <= last; day = day.add({ days: 1 }))
      dates.add(day.toString());
  return dates;
}

/** Throws where `calendarProblems` has something to say: a calendar without a working day has no next one. */
export function workingCalendar(settings: CalendarSettings): WorkingCalendar {
  const [wrong] = calendarProblems(settings);
  if (wrong !== undefined) throw new Error(`The calendar's ${wrong.field} must be ${wrong.expected}.`);
  const [holidays, closed] = [bankHolidaysOf(settings.nation), closedDates(settings.closures)];
  const known = new Map<string, WorkingDay | undefined>();
  const read = (date: Temporal.PlainDate, name: string): WorkingDay | undefined => {
    const weekday = WEEKDAYS[date.dayOfWeek - 1];
    const hours = weekday === undefined ? undefined : settings.hours[weekday];
    if (hours === undefined || holidays.has(name) || closed.has(name)) return undefined;
    const moment = (plainTime: string) => date.toZonedDateTime({ timeZone: ZONE, plainTime }).epochMilliseconds;
    const [opens, closes] = [moment(hours.opens), moment(hours.closes)];
    // An hour that the clocks skip in March is nobody's working day.
    return opens < closes ? { opens, closes } : undefined;
  };
  const hoursOn = (date: Temporal.PlainDate): WorkingDay | undefined => {
    const name = date.toString();
    if (!known.has(name)) known.set(name, read(date, name));
    return known.get(name);
  };
  return { hoursOn };
}

const dateAt = (at: number): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE).toPlainDate();

/** The working days from the date of a moment on, without end. */
function* workingDays(from: Temporal.PlainDate, calendar: WorkingCalendar): Generator<WorkingDay, never> {
  for (let date = from; ; date = date.add({ days: 1 })) {
    const hours = calendar.hoursOn(date);
    if (hours !== undefined) yield hours;
  }
}

/** The moment `ms` of working time after `from`; the close of business where it ends there. */
function afterWorkingMs(from: number, ms: number, calendar: WorkingCalendar): number {
  let left = ms;
  const days = workingDays(dateAt(from), calendar);
  for (;;) {
    const { opens, closes } = days.next().value;
    const start = Math.max(from, opens);
    if (start <= closes && left <= closes - start) return start + left;
    left -= Math.max(0, closes - start);
  }
}

/** The close of business of the working day that comes `count` after the date of `from`, which itself does not count. */
function closeOfDay(from: number, count: number, calendar: WorkingCalendar): number {
  const days = workingDays(dateAt(from).add({ days: 1 }), calendar);
  let { closes } = days.next().value;
  for (let day = 1; day < count; day += 1) ({ closes } = days.next().value);
  return closes;
}

/**
 * The moment `duration` of working time after `from`, both in milliseconds since the epoch. Hours and minutes are
 * working time (`PT4H`); days are working days (`P2D`: the close of business of the second working day after), and come
 * first where there are both. Never outside of working hours; the close of business is within them. Throws a
 * `RangeError` for years, months and weeks, which are none of either.
 */
export function addWorkingTime(from: number, duration: string, calendar: WorkingCalendar): number {
  const { years, months, weeks, days, hours, minutes, seconds } = Temporal.Duration.from(duration);
  if (years + months + weeks > 0) throw new RangeError(`${duration} is neither working days nor working hours`);
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const start = days === 0 ? from : closeOfDay(from, days, calendar);
  return afterWorkingMs(start, ms, calendar);
}

/** Milliseconds of working time from `a` to `b`; less than zero where `b` is the earlier. */
export function workingTimeBetween(a: number, b: number, calendar: WorkingCalendar): number {
  if (b < a) return -workingTimeBetween(b, a, calendar);
  const days = workingDays(dateAt(a), calendar);
  for (let sum = 0; ; ) {
    const { opens, closes } = days.next().value;
    if (opens >= b) return sum;
    sum += Math.max(0, Math.min(b, closes) - Math.max(a, opens));
  }
}

/** The moment itself where it is worked, else the next opening: at the close of business nobody is there any more. */
export function nextWorkingMoment(at: number, calendar: WorkingCalendar): number {
  const days = workingDays(dateAt(at), calendar);
  for (;;) {
    const { opens, closes } = days.next().value;
    if (at < closes) return Math.max(at, opens);
  }
}
