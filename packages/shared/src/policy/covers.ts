import type { DeviceContext } from '../checks/check.ts';
import { isKnown } from '../findings/verdict.ts';
import type { Covers } from './document.ts';

export type Coverage = 'covered' | 'not-covered' | 'cannot-tell';

const onSiteWanted = { 'on-site': true, 'off-site': false } as const;

function location(covers: Covers, device: DeviceContext): Coverage {
  if (covers.location === undefined || covers.location === 'any') return 'covered';
  if (!isKnown(device.onCouncilNetwork)) return 'cannot-tell';
  return device.onCouncilNetwork.known === onSiteWanted[covers.location] ? 'covered' : 'not-covered';
}

function kind(covers: Covers, device: DeviceContext): Coverage {
  if (covers.kinds === undefined) return 'covered';
  if (device.kind === null) return 'cannot-tell';
  return covers.kinds.includes(device.kind) ? 'covered' : 'not-covered';
}

function population(covers: Covers, device: DeviceContext): Coverage {
  if (covers.populations === undefined || covers.populations.includes('all')) return 'covered';
  if (device.population === null) return 'cannot-tell';
  return covers.populations.includes(device.population) ? 'covered' : 'not-covered';
}

function groups(covers: Covers, device: DeviceContext): Coverage {
  if (covers.groups === undefined) return 'covered';
  return covers.groups.some((group) => device.groups.includes(group)) ? 'covered' : 'not-covered';
}

/** Whether a rule covers a device: every narrowing must hold; one that fails outweighs one that cannot be told. */
export function coverageOf(covers: Covers | undefined, device: DeviceContext): Coverage {
  if (covers === undefined) return 'covered';
  const parts = [kind, population, groups, location].map((part) => part(covers, device));
  if (parts.includes('not-covered')) return 'not-covered';
  return parts.includes('cannot-tell') ? 'cannot-tell' : 'covered';
}
