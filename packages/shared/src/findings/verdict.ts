import Type, { type Static } from 'typebox';

/** Named outcomes, never booleans: `unknown` collapses into nothing (invariant 1). */
export const VERDICTS = ['pass', 'fail', 'unknown', 'exempt', 'not-applicable'] as const;
export const Verdict = Type.Enum([...VERDICTS]);
export type Verdict = (typeof VERDICTS)[number];

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export const Severity = Type.Enum([...SEVERITIES], { description: `one of ${SEVERITIES.join(', ')}` });
export type Severity = (typeof SEVERITIES)[number];

/** The closed list of reasons, each with the words a person reads. */
export const REASONS = {
  'source-missing': 'nothing could be read: the source is not there',
  'source-failed': 'the source answered with an error',
  'access-denied': 'access to the source was denied',
  'tool-missing': 'the program that tells this is not installed',
  'not-installed': 'the part of the system that tells this is not installed',
  blocked: 'the security settings of this device do not let it be read',
  'script-missing': 'a script that the agent came with is missing',
  'script-changed': 'a script is not the one that the agent came with',
  'timed-out': 'the source did not answer in time',
  'output-too-large': 'the source printed more than is read',
  'over-budget': 'reading it has used what the agent lets itself use, and it is read again later',
  'not-understood': 'the answer could not be understood',
  'service-down': 'the service that knows this does not answer',
  stale: 'what is known is too old to rely on',
  locked: 'the volume is locked and tells nothing',
  'log-disabled': 'the log that would tell this is switched off',
  'history-not-kept': 'this system does not keep what happened while the agent was off',
  'nothing-to-compare': 'there is nothing to compare with',
  'not-told': 'the system does not tell this',
  'nobody-signed-in': 'it is a setting of the person at the device, and nobody is signed in',
  'location-unknown': 'it depends on whether this is the council’s network, which is not known',
  'no-policy': 'no policy is in force on this device',
  'check-not-supported': 'this version of the agent cannot make this check yet',
  'not-in-support-list': 'the system is not in the list of support dates',
  authorised: 'an authorisation excuses this',
  'no-such-setting': 'this kind of system has nothing of the sort',
  'not-covered': 'the rule does not cover this device',
  'not-enrolled': 'this device is not enrolled',
  'in-store': 'ICT has this device in store',
  'in-repair': 'this device is being repaired',
  quiet: 'ICT expects nothing from this device until a date',
  paused: 'ICT has paused Beadle on this device',
  'left-service': 'this device has left service',
  'not-heard-from': 'this device has not been heard from since',
  'country-unknown': 'the country of the address that it calls from is not known',
  gone: 'no longer present',
  'rule-ended': 'the rule is no longer in force',
} as const;
export type Reason = keyof typeof REASONS;
export const REASON_CODES = Object.keys(REASONS) as Reason[];
export const Reason = Type.Enum([...REASON_CODES]);

/** A fact, or why it could not be told. A collector that cannot tell says why (invariant 1). */
export type Known<T> = { readonly known: T } | Unknown;
export interface Unknown {
  readonly unknown: Reason;
  /** For ICT, in the source's own words; never shown to decide anything. */
  readonly detail?: string;
}

/** Characters of a detail that travel; what is beyond them is cut off. */
export const DETAIL_LIMIT = 500;

export const known = <T>(value: T): Known<T> => ({ known: value });
export const unknown = (reason: Reason, detail?: string): Unknown =>
  detail === undefined ? { unknown: reason } : { unknown: reason, detail: detail.slice(0, DETAIL_LIMIT) };
export const isKnown = <T>(fact: Known<T>): fact is { readonly known: T } => 'known' in fact;

/** Applies `f` to what is known; passes an unknown on. */
export function mapKnown<T, U>(fact: Known<T>, f: (value: T) => Known<U>): Known<U> {
  return isKnown(fact) ? f(fact.known) : fact;
}

/** The schema of `Known<T>` for facts that travel to the server. */
export const KnownOf = <S extends Type.TSchema>(schema: S) =>
  Type.Union([
    Type.Object({ known: schema }, { additionalProperties: false }),
    Type.Object(
      { unknown: Reason, detail: Type.Optional(Type.String({ maxLength: DETAIL_LIMIT })) },
      { additionalProperties: false },
    ),
  ]);

export type FactsOf<S extends Type.TSchema> = Static<S>;
