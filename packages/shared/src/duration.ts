import Type from 'typebox';

const PATTERN =
  '^P(?=\\d|T\\d)(\\d{1,5}Y)?(\\d{1,5}M)?(\\d{1,5}W)?(\\d{1,5}D)?(T(?=\\d)(\\d{1,6}H)?(\\d{1,6}M)?(\\d{1,8}S)?)?$';

/** An ISO 8601 duration without fractions or signs. */
export const Duration = Type.String({ pattern: PATTERN, description: 'an ISO 8601 duration such as P14D or PT10M' });
export type Duration = string;

/**
 * The moment `duration` after `from`, both in milliseconds since the epoch. Months and years are the calendar's, in
 * UTC; a day is 24 hours.
 */
export function after(from: number, duration: Duration): number {
  return Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO('UTC').add(Temporal.Duration.from(duration))
    .epochMilliseconds;
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
