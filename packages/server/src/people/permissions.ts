import { type CallerRole, type Permission, PERMISSIONS } from '../access.ts';

const READS = [
  'devices:read',
  'findings:read',
  'breaches:read',
  'policies:read',
  'audit:read',
  'people:read',
  'registers:read',
  'settings:read',
  'console',
] as const;
/** What ICT and the officer keep together: who is who, and which sticks and printers are the council's. */
const KEEPS = ['people:write', 'registers:write'] as const;
const REPORTS = ['breaches:report', 'policies:read'] as const;

/**
 * Who may do what: the only table of it. Roles are those that the policy names (its clause 6), and `administrator`, who
 * runs this server. Everybody may report a breach (clause 4.1).
 */
export const PERMITTED: Readonly<Record<CallerRole, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  'information-security-team-leader': [
    ...READS,
    'breaches:report',
    'breaches:write',
    'policies:write',
    'roles:write',
    'settings:write',
    ...KEEPS,
  ],
  'security-analyst': [...READS, 'breaches:report', 'breaches:write', 'registers:write'],
  'ict-administrator': [
    'devices:read',
    'devices:write',
    'findings:read',
    'breaches:read',
    'people:read',
    'registers:read',
    ...KEEPS,
    'settings:read',
    'metrics:read',
    'console',
    ...REPORTS,
  ],
  'ict-operator': [
    'devices:read',
    'devices:write',
    'findings:read',
    'breaches:read',
    'people:read',
    'registers:read',
    'console',
    ...REPORTS,
  ],
  siro: [...READS, 'breaches:report'],
  'data-protection-officer': [...READS, 'breaches:report'],
  auditor: [...READS, 'breaches:report'],
  director: REPORTS,
  'assistant-director': REPORTS,
  'information-asset-owner': REPORTS,
  'line-manager': REPORTS,
  'monitoring-officer': REPORTS,
  worker: REPORTS,
};

export const CALLER_ROLES = Object.keys(PERMITTED) as readonly CallerRole[];

export const isCallerRole = (text: string): text is CallerRole => Object.hasOwn(PERMITTED, text);

export const may = (role: CallerRole, permission: Permission): boolean => PERMITTED[role].includes(permission);
