import type { Council } from './council.ts';

/** A short policy for tests: encryption in report mode, and the agent's own health. */
export const policyYaml = (version: string, mode = 'report', extra = '') => `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Test Council
version: "${version}"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - id: laptop-encryption
    clause: "5.9"
    says: Laptops must be encrypted and routinely checked.
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: critical
    mode: ${mode}
    duty: ict
${extra}`;

export async function putPolicy(council: Council, text = policyYaml('1')): Promise<void> {
  const { status, body } = await council.ask('POST', '/api/v1/policies', text, 'application/yaml');
  if (status >= 300) throw new Error(`the policy was refused: ${JSON.stringify(body)}`);
}
