import { LINUX } from '../../../packages/agent/src/collectors/linux.ts';
import type { SourceResult } from '../../../packages/agent/src/host/host.ts';
import { createMachine } from '../../../packages/agent/src/host/machine.ts';
import { LINUX_SOURCES } from '../../../packages/agent/src/sources/linux.ts';

/** What the agent's own machine host read of some sources, and what its collectors make of them. */
export interface Observed {
  readonly outputs: Readonly<Record<string, SourceResult>>;
  /** By the check's name, for those checks that have one of these sources. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly onCouncilNetwork: unknown;
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const wanted = new Set(process.argv.slice(2));
const machine = createMachine({ clock, sources: LINUX_SOURCES });
const requests = LINUX_SOURCES.filter(({ id }) => wanted.has(id)).map((source) => ({ source }));
const outputs = await machine.readAll(requests);
const collectors = LINUX.collectors.filter(({ sources }) => sources.some(({ id }) => wanted.has(id)));
const observed: Observed = {
  outputs: Object.fromEntries(outputs),
  facts: Object.fromEntries(
    collectors.map((one) => {
      const { facts } = one.collect(outputs, clock.now());
      return [one.check, 'known' in facts ? facts.known : facts];
    }),
  ),
  onCouncilNetwork: LINUX.place?.onCouncilNetwork(outputs),
};
process.stdout.write(JSON.stringify(observed));
