import Type, { type TSchema } from 'typebox';
import type { Caller, CallerRole } from '../access.ts';

const KEEPS_PEOPLE = ['administrator', 'information-security-team-leader', 'ict-administrator'] as const;
const OVERSEES = ['siro', 'data-protection-officer'] as const;
const DECIDES_OF_PEOPLE = ['director', 'assistant-director', 'line-manager'] as const;

/**
 * Which role sees which personal field, of those that have a permission to read where it stands: the only table of it. A
 * field that is not here is for whoever may read what it is part of. Actions of a breach are shown to nobody by role, but to
 * whom they are given and to their line manager (people/staff.ts).
 */
export const SEEN_BY = {
  /** Work addresses: of who writes to people, or has to reach them. */
  'person.email': [...KEEPS_PEOPLE, ...OVERSEES, 'security-analyst', 'ict-operator'],
  'person.line-manager': [...KEEPS_PEOPLE, ...OVERSEES, 'security-analyst'],
  /** First and last day, and whether the directory has disabled the account: joiners and leavers. */
  'person.employment': [...KEEPS_PEOPLE, ...OVERSEES, 'ict-operator', 'auditor'],
  /** Days away, without a reason: they say who is told in whose place. */
  'person.absence': KEEPS_PEOPLE,
  /** A hash of all of the above: with it each could be guessed. */
  'person.version': KEEPS_PEOPLE,
  /** Where a message went. */
  'message.address': [...KEEPS_PEOPLE, ...OVERSEES, 'security-analyst'],
  /** Who reported a breach by themselves; ICT contains it without knowing that. */
  'breach.reporter': ['administrator', 'information-security-team-leader', ...OVERSEES, 'security-analyst', 'auditor'],
  /** What was found, and put right, where somebody works at home (clause 5.2). A worker reads only their own. */
  'authorisation.safety-review': [
    'administrator',
    'information-security-team-leader',
    ...OVERSEES,
    ...DECIDES_OF_PEOPLE,
    'worker',
  ],
} as const satisfies Record<string, readonly CallerRole[]>;
export type Field = keyof typeof SEEN_BY;

export const FIELDS = Object.keys(SEEN_BY) as readonly Field[];

export const seesField = ({ role }: Pick<Caller, 'role'>, field: Field): boolean =>
  (SEEN_BY[field] as readonly CallerRole[]).includes(role);

/** The keyword of a schema by which an answer's property is known to be a field of the table. */
export const FIELD_KEYWORD = 'x-seen-by';

/** A property of an answer that is left out for who may not see it (app/fields.ts). `schema` is its own: it is marked. */
export const seenBy = <T extends TSchema>(field: Field, schema: T) =>
  Type.Optional(Object.assign(schema, { [FIELD_KEYWORD]: field }));
