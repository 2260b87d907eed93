import type { RestrictionKind } from '@beadle/shared';
import type { Restrictor } from '../../packages/agent/src/restrictions/means.ts';

/** What a machine is restricted to, as its owner would notice; it outlives the agent, and all that the agent keeps. */
export function createRestrictions(): { readonly inForce: Set<RestrictionKind>; readonly restrictor: Restrictor } {
  const inForce = new Set<RestrictionKind>();
  const means = (kind: RestrictionKind) => ({
    hold: () => {
      inForce.add(kind);
      return Promise.resolve({ effect: 'in-force', observed: `${kind} holds` } as const);
    },
    lift: () => {
      inForce.delete(kind);
      return Promise.resolve({ effect: 'lifted', observed: `${kind} is gone` } as const);
    },
  });
  const all: Restrictor['means'] = {
    lock: means('lock'),
    'sign-out': means('sign-out'),
    isolate: means('isolate'),
    'block-removable-media': means('block-removable-media'),
    'lost-mode': means('lost-mode'),
  };
  const restrictor = {
    means: all,
    show: async () => ({ kind: 'shown', observed: '' }) as const,
  };
  return { inForce, restrictor };
}
