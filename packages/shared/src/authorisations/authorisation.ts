import Type, { type Static } from 'typebox';
import { IsoTime, RuleId } from '../findings/finding.ts';

const closed = { additionalProperties: false } as const;
const list = (maximum: number) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: maximum }), { minItems: 1, maxItems: 100 }));

/**
 * What an authorisation lets happen, beyond the device that it is for. What the excused check is about must be named:
 * where nothing is, a stick, a printer, a program, an account or a country is not excused.
 */
export const AuthorisationScope = Type.Object(
  {
    /** Only these rules, where the kind would excuse more. */
    rules: Type.Optional(Type.Array(RuleId, { minItems: 1, maxItems: 100 })),
    /** Serial numbers. */
    sticks: list(120),
    /** A stick that is not seen to be encrypted is not excused (clause 5.9). */
    encryptedOnly: Type.Optional(Type.Boolean()),
    /** Patterns over the port, the device URI or `\\server\queue`. */
    printers: list(300),
    /** Patterns over names and publishers. */
    software: list(300),
    accounts: list(200),
    /** ISO 3166-1 alpha-2. */
    countries: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), { minItems: 1, maxItems: 100 })),
  },
  closed,
);
export type AuthorisationScope = Static<typeof AuthorisationScope>;

/** As a device is told of it: what it excuses and until when; never whose it is, nor why it was given. */
export const Authorisation = Type.Object(
  {
    /** Such as `AU-2026-000012`. */
    ref: Type.String({ minLength: 1, maxLength: 80 }),
    /** One of the kinds that rules name under `exemptions`. */
    kind: RuleId,
    validFrom: IsoTime,
    /** From this moment it excuses nothing: there is none without an end. */
    validTo: IsoTime,
    scope: AuthorisationScope,
  },
  closed,
);
export type Authorisation = Static<typeof Authorisation>;
