import { iso, startOfDay } from '@beadle/shared';

const ZONE = 'Europe/London';
const DAY_MS = 86_400_000;

/** `4`, `6`, `2026` as `2026-06-04`; undefined where it is no day. */
export function dayOf(day: string, month: string, year: string): string | undefined {
  const text = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  try {
    return Temporal.PlainDate.from(text).toString() === text ? text : undefined;
  } catch {
    return undefined;
  }
}

const CLOCK = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$/i;

/** `9:30am`, `9.30 pm`, `21:30`, `midday` as `21:30`; undefined where it is no time of day. */
export function timeOf(text: string): string | undefined {
  const word = text.toLowerCase();
  if (word === 'midday' || word === 'noon') return '12:00';
  if (word === 'midnight') return '00:00';
  const [, hours = '', minutes = '00', half = ''] = CLOCK.exec(word) ?? [];
  const hour = Number(hours);
  if (hours === '' || Number(minutes) > 59 || hour > 23) return undefined;
  if (half === '') return word.length > 2 ? `${hours.padStart(2, '0')}:${minutes}` : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return `${String((hour % 12) + (half === 'pm' ? 12 : 0)).padStart(2, '0')}:${minutes}`;
}

/** A day and a time on the council's clock, as the wire has it. */
export const momentOf = (day: string, time: string): string =>
  iso(Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(ZONE).epochMilliseconds);

/** The last second of a day on the council's clock: what is due on a day may be done on it. */
export const endOfDay = (day: string): string =>
  iso(startOfDay(Temporal.PlainDate.from(day).add({ days: 1 }).toString()) - 1000);

/** The parts of a moment as a form shows them. */
export function partsOf(moment: string): { day: string; month: string; year: string; time: string } {
  const at = Temporal.Instant.from(moment).toZonedDateTimeISO(ZONE);
  return {
    day: String(at.day),
    month: String(at.month),
    year: String(at.year),
    time: at.toPlainTime().toString({ smallestUnit: 'minute' }),
  };
}

/** `3 hours`, `2 days`: how long ago, as roughly as it is of use. */
export function ageWords(from: number, to: number): string {
  const minutes = Math.max(0, Math.round((to - from) / 60_000));
  const say = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (minutes < 60) return say(minutes, 'minute');
  return to - from < 2 * DAY_MS ? say(Math.floor(minutes / 60), 'hour') : say(Math.floor((to - from) / DAY_MS), 'day');
}
