import type { PolicyDocument, Rule } from '@beadle/shared';
import type { Dice } from './dice.ts';

const STICKS = 'sticks';
const ENCRYPTION = 'encryption';
const GRACE = 'encryption-with-grace';
export const RULES = { STICKS, ENCRYPTION, GRACE } as const;

const base = (version: number, id: string) => ({
  id,
  clause: `${version}.${id}`,
  // Each version says it in words of its own, so that it can be seen by which of them somebody was judged.
  says: `Version ${version} of ${id}.`,
});

/** A version of the policy: which rules there are, how they are enforced and how much they weigh is thrown. */
export function policyOf(version: number, dice: Dice): PolicyDocument {
  const mode = () => (dice.chance(0.75) ? ('report' as const) : ('observe' as const));
  const disks = { volumes: 'fixed', protection: 'on' } as const;
  const rules: Rule[] = [
    {
      ...base(version, STICKS),
      check: 'removable-media',
      require: { allow: 'none' },
      severity: 'high',
      mode: mode(),
      duty: 'holder',
    },
    {
      ...base(version, ENCRYPTION),
      check: 'disk-encryption',
      require: disks,
      severity: dice.pick(['critical', 'medium']),
      mode: mode(),
      duty: 'ict',
    },
  ];
  if (dice.chance(0.7))
    rules.push({
      ...base(version, GRACE),
      check: 'disk-encryption',
      require: disks,
      severity: 'medium',
      mode: mode(),
      duty: 'ict',
      grace: 'PT6H',
    });
  return {
    beadlePolicy: 1,
    title: 'Simulated policy',
    organisation: 'Simulated council',
    version: String(version),
    effectiveFrom: '2026-01-01',
    reviewBy: '2030-01-01',
    reportTo: 'information-security-team-leader',
    rules,
  };
}
