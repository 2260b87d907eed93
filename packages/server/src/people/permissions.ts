import { type Caller, type CallerRole, type Permission, PERMISSIONS } from '../access.ts';

const READS = [
  'devices:read',
  'findings:read',
  'breaches:read',
  'authorisations:read',
  'withdrawals:read',
  'exhibits:read',
  'audit:read',
  'people:read',
  'registers:read',
  'orders:read',
  'settings:read',
  'console',
] as const;
/** What ICT and the officer keep together: who is who, who holds what, and which sticks and printers are the council's. */
const KEEPS = ['people:write', 'registers:write', 'holders:write'] as const;
const REPORTS = [
  'own:read',
  'rights:ask',
  'breaches:report',
  'helpdesk:report',
  'authorisations:request',
  'policies:read',
] as const;
/** Who decides over which authorisation is the policy's to say (authorisations/ranks.ts). */
const DECIDES = ['authorisations:request-for-others', 'authorisations:decide'] as const;
/** The officer, and the SIRO where the officer is implicated: a breach from its triage to its end. */
const WORKS_ON = ['breaches:write', 'breaches:contain', 'breaches:decide'] as const;
/** ICT restricts devices (clauses 4.6 and 4.7); the officer reads what is in force. */
const ORDERS = ['orders:read', 'orders:write'] as const;
/** ICT: access is taken away and given back (clause 4.6), and what is seized is kept (4.7). */
const WITHDRAWS = ['withdrawals:read', 'withdrawals:order', 'exhibits:read', 'exhibits:write'] as const;
const READS_AND_DECIDES = ['authorisations:read', ...DECIDES] as const;

/**
 * Who may do what: the only table of it. Roles are those that the policy names (its clause 6), and `administrator`, who
 * runs this server. Everybody may report a breach (clause 4.1), and what is broken (5.7).
 */
export const PERMITTED: Readonly<Record<CallerRole, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  'information-security-team-leader': [
    ...READS,
    ...REPORTS,
    ...DECIDES,
    ...WORKS_ON,
    'withdrawals:decide',
    'exhibits:write',
    'exhibits:agree',
    'incidents:declare',
    'authorisations:record',
    'policies:write',
    'roles:write',
    'settings:write',
    'data-protection',
    ...KEEPS,
  ],
  'security-analyst': [
    ...READS,
    ...REPORTS,
    ...DECIDES,
    'breaches:write',
    'breaches:contain',
    'exhibits:write',
    'registers:write',
  ],
  'ict-administrator': [
    ...WITHDRAWS,
    'withdrawals:decide',
    'devices:read',
    'devices:write',
    'fleet-keys:write',
    'findings:read',
    'breaches:read',
    'breaches:contain',
    'people:read',
    'registers:read',
    ...KEEPS,
    'helpdesk:read',
    'helpdesk:write',
    ...ORDERS,
    'pauses:write',
    'settings:read',
    'metrics:read',
    'console',
    ...REPORTS,
    ...READS_AND_DECIDES,
    'authorisations:record',
  ],
  'ict-operator': [
    ...WITHDRAWS,
    'devices:read',
    'devices:write',
    'holders:write',
    'findings:read',
    'breaches:read',
    'breaches:contain',
    'helpdesk:read',
    'helpdesk:write',
    ...ORDERS,
    'people:read',
    'registers:read',
    'console',
    ...REPORTS,
    ...READS_AND_DECIDES,
  ],
  siro: [...READS, ...REPORTS, ...DECIDES, ...WORKS_ON, 'withdrawals:decide', 'exhibits:agree', 'incidents:declare'],
  'data-protection-officer': [...READS, ...REPORTS, ...DECIDES, 'breaches:decide', 'data-protection', 'rights:answer'],
  auditor: [...READS, ...REPORTS],
  director: [...REPORTS, ...READS_AND_DECIDES, 'incidents:declare'],
  'assistant-director': [...REPORTS, ...READS_AND_DECIDES, 'incidents:declare'],
  'information-asset-owner': [...REPORTS, ...READS_AND_DECIDES],
  'line-manager': [...REPORTS, ...READS_AND_DECIDES],
  'monitoring-officer': [...REPORTS, ...READS_AND_DECIDES],
  // Of damage alone (helpdesk/read.ts).
  'insurance-officer': [...REPORTS, 'helpdesk:read'],
  worker: REPORTS,
};

export const CALLER_ROLES = Object.keys(PERMITTED) as readonly CallerRole[];

export const isCallerRole = (text: string): text is CallerRole => Object.hasOwn(PERMITTED, text);

export const may = (role: CallerRole, permission: Permission): boolean => PERMITTED[role].includes(permission);

/** The same of whoever calls: a token may have been made for less than its role. */
export const callerMay = ({ role, only }: Pick<Caller, 'role' | 'only'>, permission: Permission): boolean =>
  may(role, permission) && (only === undefined || only.includes(permission));

/** No token for less has these: with them it could make itself one for everything. */
export const GIVES_RIGHTS: readonly Permission[] = ['tokens:write', 'accounts:write'];

/** Why a token of a role cannot be made for these alone; undefined where it can. */
export function whyNotOnly(role: CallerRole, only: readonly Permission[]): string | undefined {
  const giving = only.find((permission) => GIVES_RIGHTS.includes(permission));
  if (giving !== undefined) return `permissions other than ${giving}, which gives rights to others`;
  const beyond = only.find((permission) => !may(role, permission));
  return beyond === undefined ? undefined : `permissions that the role ${role} has, which ${beyond} is not`;
}
