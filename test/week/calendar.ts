const LONDON = 'Europe/London';

/** A moment of the council's own clock, such as `2026-10-19T09:00`, in milliseconds since the epoch. */
export const london = (local: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(LONDON).epochMilliseconds;

export interface LocalTime {
  /** Such as `2026-10-19`. */
  readonly day: string;
  /** 1 is Monday. */
  readonly dayOfWeek: number;
  /** With its half hours, such as 9.5. In the night of the clock change one hour comes twice. */
  readonly hour: number;
}

export function localTime(at: number): LocalTime {
  const here = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(LONDON);
  return { day: here.toPlainDate().toString(), dayOfWeek: here.dayOfWeek, hour: here.hour + here.minute / 60 };
}

/** The agents come onto the devices, and the policy only watches. */
export const ROLL_OUT = london('2026-10-02T08:00');
/** The week begins in which the policy moves from observe to report. */
export const MONDAY = london('2026-10-19T00:00');
/** What was watched is accepted, and the policy reports. */
export const ACCEPTED = london('2026-10-20T16:30');
/** Seven days of reports, a weekend with the night of the clock change and a Monday morning among them. */
export const END = london('2026-10-28T00:00');
