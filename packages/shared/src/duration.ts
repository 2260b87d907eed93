import Type from 'typebox';

const PATTERN =
  '^P(?=\\d|T\\d)(\\d{1,5}Y)?(\\d{1,5}M)?(\\d{1,5}W)?(\\d{1,5}D)?(T(?=\\d)(\\d{1,6}H)?(\\d{1,6}M)?(\\d{1,8}S)?)?$';

/** An ISO 8601 duration without fractions or signs. */
export const Duration = Type.String({ pattern: PATTERN, description: 'an ISO 8601 duration such as P14D or PT10M' });
export type Duration = string;

/**
 * Milliseconds since the epoch, within the years 1 to 9999: what has no date is told as one of them (.NET's
 * `DateTime.MinValue`, a file time of 1601), and any duration of a policy after one is still a moment.
 */
export const Moment = Type.Number({ minimum: -62_135_596_800_000, maximum: 253_402_300_799_999 });

/**
 * The moment `duration` after `from`, both in milliseconds since the epoch. Months and years are the calendar's, in
 * UTC; a day is 24 hours. Fractions of a millisecond are cut off.
 */
export function after(from: number, duration: Duration): number {
  return Temporal.Instant.fromEpochMilliseconds(Math.trunc(from))
    .toZonedDateTimeISO('UTC')
    .add(Temporal.Duration.from(duration)).epochMilliseconds;
}

const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const;

/** "14 days", "1 day 12 hours": a duration in words, for a page or a message. */
export function durationInWords(duration: Duration): string {
  const parsed = Temporal.Duration.from(duration);
  const parts = UNITS.flatMap((unit) => {
    const count = parsed[unit];
    return count === 0 ? [] : [`${count} ${count === 1 ? unit.slice(0, -1) : unit}`];
  });
  return parts.length === 0 ? 'no time' : parts.join(' ');
}
