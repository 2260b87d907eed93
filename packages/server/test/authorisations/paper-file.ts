import type { CallerRole } from '../../src/access.ts';
import type { Desk } from './desk.ts';

/** A line of a file of approvals that exist on paper. */
export const STICK: Readonly<Record<string, string>> = {
  kind: 'emergency-plan-stick',
  for: 'person',
  subject: 'Sam Rivers',
  purpose: 'To carry the Emergency Plan.',
  approver: 'Ann Officer',
  approver_role: 'information-security-team-leader',
  approved_on: '2026-05-01',
  from: '2026-05-01',
  to: '2026-12-24',
  sticks: '0781AABB1204',
};
export const fileOf = (...rows: readonly Readonly<Record<string, string>>[]): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
    .join('\n');
};

interface Sending {
  readonly dryRun?: boolean;
  readonly as?: readonly [CallerRole, string];
}

/** Sends a file as somebody, an administrator of ICT where nobody is named. */
export async function sendFile(
  desk: Desk,
  file: string,
  { dryRun = false, as = ['ict-administrator', 'Ira Admin'] }: Sending = {},
) {
  const headers = { authorization: `Bearer ${await desk.tokenOf(...as)}`, 'content-type': 'text/csv' };
  const url = `/api/v1/authorisations/import${dryRun ? '?dryRun=true' : ''}`;
  return desk.server.app.inject({ method: 'POST', url, payload: file, headers });
}
