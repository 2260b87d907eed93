import Type, { type Static } from 'typebox';
import type { Part } from './combine.ts';

export const LocationRequire = Type.Object(
  {
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), { description: 'a list of countries such as GB' }),
    ),
  },
  { additionalProperties: false },
);
export type LocationRequire = Static<typeof LocationRequire>;

/**
 * Whether the country of the address that a device last called from (ISO 3166-1 alpha-2; null where it is not known) is
 * one of those a rule allows: pure. An address says where a connection leaves for the internet, which with a VPN or a
 * telephone's roaming is not where the device is: what fails here *appears to be* elsewhere.
 */
export function judgeCountry({ countries }: LocationRequire, country: string | null): Part {
  if (countries === undefined) return { verdict: 'pass' };
  if (country === null) return { verdict: 'unknown', reason: 'country-unknown' };
  if (countries.includes(country)) return { verdict: 'pass' };
  return { verdict: 'fail', observed: { appearsToBeIn: country } };
}
