import type { PolicyVersion } from '@beadle/shared';

export type Standing = 'in-force' | 'coming' | 'withdrawn' | 'superseded';

/** How a version stands at a moment; `holding` where it holds for anybody. */
export function standingOf(version: PolicyVersion, holding: boolean, at: number): Standing {
  if (version.withdrawnAt !== null && version.withdrawnAt <= at) return 'withdrawn';
  if (version.effectiveAt > at) return 'coming';
  return holding ? 'in-force' : 'superseded';
}
