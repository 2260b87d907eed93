import { after, durationInWords } from '@beadle/shared';
import Type, { type Static } from 'typebox';

const KINDS = ['findings', 'breaches', 'dismissed', 'messages', 'people'] as const;
export type RetentionKind = (typeof KINDS)[number];

/** An ISO 8601 duration of one unit: nobody keeps anything for a year, a month and three days. */
const Time = Type.String({
  pattern: '^P\\d{1,4}[DWMY]$',
  description: 'a duration in days, weeks, months or years such as P90D or P6Y',
});

/** How long what is said of people is kept, each as an ISO 8601 duration. */
export const Retention = Type.Object(
  {
    /** Findings that no breach rests on, from their arrival. */
    findings: Time,
    /** Breaches that have ended and what they rest on, from their end. */
    breaches: Time,
    /** What a breach rested on that a person found to be none, from its end. */
    dismissed: Time,
    /** Messages, from when they were made. */
    messages: Time,
    /** People whom no list has any more and whom nothing kept names, from when they were gone. */
    people: Time,
  },
  { additionalProperties: false, description: 'how long things are kept, each an ISO 8601 duration such as P90D' },
);
export type Retention = Static<typeof Retention>;

export const DEFAULT_RETENTION: Retention = {
  findings: 'P90D',
  breaches: 'P6Y',
  dismissed: 'P30D',
  messages: 'P1Y',
  people: 'P1Y',
};

/** Less than the least keeps nothing long enough to be answered for; more than the most is no time that anybody can justify. */
export const RETENTION_LIMITS: Readonly<Record<RetentionKind, readonly [least: string, most: string]>> = {
  findings: ['P30D', 'P2Y'],
  breaches: ['P1Y', 'P10Y'],
  dismissed: ['P7D', 'P1Y'],
  messages: ['P90D', 'P6Y'],
  people: ['P90D', 'P6Y'],
};

export interface RetentionProblem {
  readonly field: RetentionKind;
  readonly expected: string;
}

/** Where the times are outside of their limits. */
export const retentionProblems = (retention: Retention): RetentionProblem[] =>
  KINDS.flatMap((field) => {
    const [least, most] = RETENTION_LIMITS[field];
    const given = after(0, retention[field]);
    return given >= after(0, least) && given <= after(0, most)
      ? []
      : [{ field, expected: `from ${durationInWords(least)} to ${durationInWords(most)}` }];
  });

/** What arrived, ended or was made before this moment is kept no longer; in milliseconds since the epoch. */
export const keptSince = (now: number, duration: string): number =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').subtract(Temporal.Duration.from(duration))
    .epochMilliseconds;

/** Each time in force, in words: for the settings, for privacy's sake and for whoever holds a device. */
export const retentionInWords = (
  retention: Retention,
  inWords: (duration: string) => string = durationInWords,
): Readonly<Record<RetentionKind, string>> => {
  const words = (kind: RetentionKind) => inWords(retention[kind]);
  return {
    findings: words('findings'),
    breaches: words('breaches'),
    dismissed: words('dismissed'),
    messages: words('messages'),
    people: words('people'),
  };
};
