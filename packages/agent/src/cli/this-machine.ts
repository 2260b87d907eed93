import { collectedOn, collectorsFor, historiesFor, stoppedFor } from '../collectors/registry.ts';
import { createMachine } from '../host/machine.ts';
import { actsFor } from '../restrictions/registry.ts';
import { sourcesFor } from '../sources/registry.ts';
import { createLog } from './log.ts';
import { systemClock, systemRandom } from './system.ts';
import { watchersFor } from '../watch/registry.ts';

/** The real machine, clock and randomness, handed to the agent by the commands that run on it. */
export async function thisMachine() {
  const log = createLog();
  // Where CUPS keeps its jobs, if not in the usual place.
  const spool = process.env['BEADLE_AGENT_PRINT_SPOOL'];
  const host = createMachine({
    clock: systemClock,
    sources: sourcesFor(process.platform),
    acts: actsFor(process.platform),
    log,
    stoppedFor: stoppedFor(process.platform),
  });
  const { place } = collectedOn(host.platform);
  return {
    host,
    clock: systemClock,
    random: systemRandom,
    log,
    collectors: collectorsFor(host.platform),
    histories: historiesFor(host.platform),
    ...(place === undefined ? {} : { place }),
    watchers: watchersFor(host.platform, { host, ...(spool === undefined ? {} : { spool }) }),
  };
}
