import { type Clock, isKnown } from '@beadle/shared';
import type { Collector } from '../collectors/collector.ts';
import { observe } from '../cycle/observe.ts';
import type { Host } from '../host/host.ts';

/** The serial number, as the agent reads it for its asset tag: a hint for the register, never a credential. */
export async function serialNumberOf(machine: {
  readonly host: Host;
  readonly clock: Clock;
  readonly collectors: readonly Collector[];
}): Promise<string | null> {
  const collectors = machine.collectors.filter(({ check }) => check === 'asset-tag');
  const observations = await observe(machine.host, collectors, machine.clock.now());
  const facts = observations.get('asset-tag')?.facts;
  if (facts === undefined || !isKnown(facts)) return null;
  const { serialNumber } = facts.known as { serialNumber: { known?: string | null } };
  return serialNumber.known ?? null;
}
