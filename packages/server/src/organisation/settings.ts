import { type Role, ROLES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { CalendarSettings, DEFAULT_CALENDAR } from '../deadlines/calendar-settings.ts';
import { DEFAULT_RETENTION, Retention } from './retention.ts';

const closed = { additionalProperties: false } as const;
const Line = (maximum: number, description: string) =>
  Type.String({ minLength: 1, maxLength: maximum, pattern: '^[^\\u0000-\\u001f\\u007f]+$', description });
const orNone = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()]);

/** No spaces, control characters or separators of a list: an address can add no header and no second recipient. */
export const MailAddress = Type.String({
  pattern: '^[^\\s\\u0000-\\u001f\\u007f@<>()\\[\\],;:\\\\"]{1,64}@[A-Za-z0-9.-]{1,253}$',
  description: 'an e-mail address',
});

const Recipient = Type.Object(
  { name: Line(200, 'a name'), address: MailAddress, deputyAddress: Type.Optional(MailAddress) },
  closed,
);
export type Recipient = Static<typeof Recipient>;

/** Whom the regulator and the people affected can ask (UK GDPR, Article 33(3)(b)). */
const DataProtectionContact = Type.Object(
  {
    name: Line(200, 'the Data Protection Officer, or another contact'),
    email: MailAddress,
    telephone: Type.Optional(Line(40, 'a telephone number')),
  },
  closed,
);

const recipients = Object.fromEntries(ROLES.map((role) => [role, Type.Optional(Recipient)])) as Record<
  Role,
  ReturnType<typeof Type.Optional<typeof Recipient>>
>;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const TimeOfDay = Type.String({
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  description: 'a time of day in Europe/London such as 07:30',
});
/** When the officer is told of the day and of the week; null: not at all. */
const Digests = Type.Object(
  {
    daily: orNone(TimeOfDay),
    weekly: Type.Union([
      Type.Object({ day: Type.Enum([...DAYS], { description: `one of ${DAYS.join(', ')}` }), at: TimeOfDay }, closed),
      Type.Null(),
    ]),
  },
  closed,
);
export type Digests = Static<typeof Digests>;
export const DEFAULT_DIGESTS: Digests = { daily: '07:30', weekly: { day: 'monday', at: '07:00' } };

/** The number of a day as ISO 8601 has it: Monday is 1. */
export const dayNumber = (day: (typeof DAYS)[number]): number => DAYS.indexOf(day) + 1;

/** What a council has to say of itself before Beadle may watch over anybody's device. */
export const OrganisationSettings = Type.Object(
  {
    dpiaReference: orNone(Line(200, 'the reference of the data protection impact assessment')),
    staffToldOn: orNone(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a date such as 2026-11-01' })),
    consultationRecord: orNone(Line(500, 'where the consultation with staff or their union is recorded')),
    recipients: Type.Object(recipients, closed),
    marking: Line(80, 'a security marking such as OFFICIAL'),
    /** Whom to ask, on every notice. */
    contact: Line(300, 'whom to ask for advice'),
    /** By which working time is counted in the deadlines of a policy. */
    calendar: CalendarSettings,
    /** Left out or null: the recipient of the Data Protection Officer's messages, where there is one. */
    dataProtectionContact: Type.Optional(Type.Union([DataProtectionContact, Type.Null()])),
    digests: Type.Optional(Digests),
    retention: Retention,
  },
  closed,
);
export type OrganisationSettings = Static<typeof OrganisationSettings>;

export const DEFAULT_SETTINGS: OrganisationSettings = {
  dpiaReference: null,
  staffToldOn: null,
  consultationRecord: null,
  recipients: {
    'information-security-team-leader': {
      name: 'Information Security Team Leader',
      address: 'information-security-team-leader@localhost',
    },
  },
  marking: 'OFFICIAL',
  contact: 'the Information Security Team Leader or the ICT helpdesk',
  calendar: DEFAULT_CALENDAR,
  digests: DEFAULT_DIGESTS,
  retention: DEFAULT_RETENTION,
};

export type RemoteEnrolment =
  | { readonly may: true }
  /** Each in plain words, to stand in a list. */
  | { readonly may: false; readonly missing: readonly string[] };

/**
 * A device other than the one that the server runs on is enrolled only once the council has done what the law asks
 * before workers are monitored: assessed the impact, told its staff and consulted them.
 */
export function mayEnrolRemotely(settings: OrganisationSettings): RemoteEnrolment {
  const missing = [
    ...(settings.dpiaReference === null
      ? ['the reference of the data protection impact assessment (dpiaReference)']
      : []),
    ...(settings.staffToldOn === null
      ? ['the date on which staff were told what is collected and why (staffToldOn)']
      : []),
    ...(settings.consultationRecord === null
      ? ['where the consultation with staff or their union is recorded (consultationRecord)']
      : []),
  ];
  return missing.length === 0 ? { may: true } : { may: false, missing };
}
