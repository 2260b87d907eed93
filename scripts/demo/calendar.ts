const LONDON = 'Europe/London';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const local = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(LONDON);

/** The day of a moment by the council's own clock, such as `2026-10-19`. */
export const dayOf = (at: number): string => local(at).toPlainDate().toString();

/** A time of day such as `09:30`, on the day of a moment. */
export const timeOn = (at: number, time: string): number =>
  Temporal.PlainDateTime.from(`${dayOf(at)}T${time}`).toZonedDateTime(LONDON).epochMilliseconds;

/** So many days later, or earlier, at the same time of the council's clock. */
export const daysFrom = (at: number, days: number): number => local(at).add({ days }).epochMilliseconds;

/** Monday to Friday: bank holidays are left to the server. */
export const isWorkday = (at: number): boolean => local(at).dayOfWeek <= 5;

/** The day of a moment where it is worked, else the next one that is; at the same time of day. */
export function workdayFrom(at: number): number {
  let day = at;
  while (!isWorkday(day)) day = daysFrom(day, 1);
  return day;
}

/** The last day before that of a moment on which there was work, at the same time of day. */
export function workdayBefore(at: number): number {
  let day = daysFrom(at, -1);
  while (!isWorkday(day)) day = daysFrom(day, -1);
  return day;
}

/** The moment itself in office hours, else the next morning on which there is work, at `opens`. */
export function inOfficeHours(at: number, opens = '08:50'): number {
  const isOpen = isWorkday(at) && at >= timeOn(at, opens) && at < timeOn(at, '17:00');
  if (isOpen) return at;
  const today = timeOn(at, opens);
  return workdayFrom(at < today ? today : daysFrom(today, 1));
}
