import Type, { type TSchema } from 'typebox';
import { Duration } from '../duration.ts';
import { ContactRequire } from './contact.ts';
import { LocationRequire } from './country.ts';

/**
 * Parameters of the checks that the policy language knows and this version cannot make yet. A rule that names one is
 * accepted, so that one policy file serves every version of the agent, and is judged `unknown`, never passed over.
 */
const closed = (properties: Record<string, TSchema>) => {
  const optional = Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)] as const);
  return Type.Object(Object.fromEntries(optional), { additionalProperties: false });
};
const oneOf = (...values: [string, ...string[]]) => Type.Enum(values, { description: values.join(' or ') });
const patterns = Type.Array(Type.String({ minLength: 1 }), { description: 'a list of patterns' });

export const LATER_REQUIRE: Readonly<Record<string, TSchema>> = {
  'sign-ins': closed({ people: oneOf('assigned', 'council') }),
  software: closed({ allow: patterns, deny: patterns, userInstalls: oneOf('deny', 'allow') }),
  network: closed({
    wifi: Type.Array(oneOf('wpa2', 'wpa3'), { description: 'a list of wpa2, wpa3' }),
    vpnOffSite: oneOf('required', 'optional'),
    vpnGapAtMost: Duration,
  }),
  'local-storage': closed({
    knownFolders: oneOf('redirected'),
    localFilesAtMost: Type.Integer({ minimum: 0, description: 'a number' }),
    olderThan: Duration,
  }),
};

/** Judged on the server, so left out of what an agent says. */
export const SERVER_REQUIRE = { location: LocationRequire, contact: ContactRequire } as const;
export const SERVER_JUDGED: readonly string[] = Object.keys(SERVER_REQUIRE);
