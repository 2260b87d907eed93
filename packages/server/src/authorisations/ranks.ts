import type { Population, Role } from '@beadle/shared';
import type { CallerRole } from '../access.ts';

/**
 * Who may decide where a clause or the policy asks for a role: that role, and those above it in its own line. There are
 * three lines and no single ladder: management (line manager, assistant director, director), information security (analyst,
 * team leader, SIRO) and ICT (operator, administrator). In Dacorum's policy the SIRO is an assistant director (clause 6.1),
 * so the lines meet there. Whoever stands in one line is nothing in another: a director of housing gives nobody a
 * memory stick. The Data Protection Officer, the Monitoring Officer and the SIRO have nobody above them who could do
 * what they are there for. Whoever runs the server (`administrator`) holds no office of the council and decides nothing.
 */
const DECIDE: Readonly<Record<Role, readonly Role[]>> = {
  worker: ['line-manager', 'assistant-director', 'director', 'siro'],
  'line-manager': ['line-manager', 'assistant-director', 'director', 'siro'],
  'assistant-director': ['assistant-director', 'director', 'siro'],
  director: ['director'],
  'information-asset-owner': ['information-asset-owner', 'siro'],
  'security-analyst': ['security-analyst', 'information-security-team-leader', 'siro'],
  'information-security-team-leader': ['information-security-team-leader', 'siro'],
  siro: ['siro'],
  'ict-operator': ['ict-operator', 'ict-administrator'],
  'ict-administrator': ['ict-administrator'],
  'data-protection-officer': ['data-protection-officer'],
  'monitoring-officer': ['monitoring-officer'],
  'insurance-officer': [],
  auditor: [],
};

export const decidersFor = (demanded: Role): readonly Role[] => DECIDE[demanded];

export const mayDecideFor = (demanded: Role, role: CallerRole): boolean => DECIDE[demanded].some((one) => one === role);

/** A councillor has no line manager: what one would decide is the Monitoring Officer's. */
export const demandedOf = (role: Role, population: Population | null): Role =>
  role === 'line-manager' && population === 'councillor' ? 'monitoring-officer' : role;
