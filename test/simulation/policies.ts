import type { PolicyDocument, Rule } from '@beadle/shared';
import type { Dice } from './dice.ts';

const STICKS = 'sticks';
const ENCRYPTION = 'encryption';
const GRACE = 'encryption-with-grace';
const SILENCE = 'silence';
export const RULES = { STICKS, ENCRYPTION, GRACE, SILENCE } as const;
/** Of authorisations: each excuses what the rules of a version name it for. */
export const KINDS = { STICK: 'emergency-plan-stick', BUILD: 'ict-build' } as const;

const base = (version: number, id: string) => ({
  id,
  clause: `${version}.${id}`,
  // Each version says it in words of its own, so that it can be seen by which of them somebody was judged.
  says: `Version ${version} of ${id}.`,
});

function sticksPermitted(dice: Dice): Pick<Rule, 'exemptions'> {
  if (dice.chance(0.2)) return {};
  const encrypted = dice.chance(0.3) ? { encryptedOnly: true as const } : {};
  const approver = 'information-security-team-leader' as const;
  return { exemptions: [{ kind: KINDS.STICK, approver, maximum: dice.pick(['PT3H', 'P30D']), ...encrypted }] };
}

/** A version of the policy: which rules there are, how they are enforced and how much they weigh is thrown. */
export function policyOf(version: number, dice: Dice): PolicyDocument {
  const mode = () => (dice.chance(0.75) ? ('report' as const) : ('observe' as const));
  const disks = { volumes: 'fixed', protection: 'on' } as const;
  const build = dice.chance(0.8)
    ? {
        exemptions: [
          { kind: KINDS.BUILD, approver: 'ict-administrator' as const, maximum: dice.pick(['PT3H', 'P5D']) },
        ],
      }
    : {};
  const rules: Rule[] = [
    {
      ...base(version, STICKS),
      check: 'removable-media',
      require: { allow: 'none' },
      severity: 'high',
      mode: mode(),
      duty: 'holder',
      ...sticksPermitted(dice),
    },
    {
      ...base(version, ENCRYPTION),
      check: 'disk-encryption',
      require: disks,
      severity: dice.pick(['critical', 'medium']),
      mode: mode(),
      duty: 'ict',
      ...build,
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
      ...build,
    });
  if (dice.chance(0.8))
    rules.push({
      ...base(version, SILENCE),
      check: 'contact',
      require: { checkInAtMost: dice.pick(['PT1H', 'PT2H']) },
      severity: dice.pick(['critical', 'medium']),
      mode: mode(),
      duty: dice.pick(['holder', 'ict']),
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
