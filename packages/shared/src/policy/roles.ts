import Type from 'typebox';

/** The roles of the council that a policy may name (clause 6, 4.2's first recipient, and 5.13's insurance officer). */
export const ROLES = [
  'information-security-team-leader',
  'security-analyst',
  'ict-administrator',
  'ict-operator',
  'siro',
  'data-protection-officer',
  'director',
  'assistant-director',
  'information-asset-owner',
  'line-manager',
  'monitoring-officer',
  'insurance-officer',
  'auditor',
  'worker',
] as const;
export type Role = (typeof ROLES)[number];
export const RoleName = Type.Enum([...ROLES], { description: `a role, one of ${ROLES.join(', ')}` });

/** Whether a text is the name of a role. */
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
