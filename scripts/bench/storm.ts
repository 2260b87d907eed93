import { join } from 'node:path';
import { openCouncil } from './council.ts';
import { print, progress } from './result.ts';
import { type Played, play } from './storm-run.ts';

const BACKLOG_DAYS = 30;
/** One after another, with the server to itself. */
const QUIET = { devices: 40, within: 20 } as const;
const STORM = { devices: 300, within: 8 } as const;

function complete(played: Played): Played {
  if (played.fleet.errors > 0) throw new Error(`${played.fleet.errors} devices were never acknowledged`);
  return played;
}

/**
 * Devices that come back together after a month, beside devices with as much to say that come back one at a time. The
 * return of a whole council, which takes minutes, is scripts/bench/storm-table.ts.
 */
export async function measureStorm(folder: string): Promise<void> {
  progress(`server: ${STORM.devices} devices return within ${STORM.within} s`);
  const council = await openCouncil(join(folder, 'storm'));
  try {
    const say = () => undefined;
    const quiet = complete(await play(council, { ...QUIET, backlog: BACKLOG_DAYS, say }));
    const storm = complete(await play(council, { ...STORM, backlog: BACKLOG_DAYS, say }));
    const note = `${STORM.devices} devices within ${STORM.within} s, each ${BACKLOG_DAYS} days away`;
    print({
      name: 'server.return.acknowledged',
      value: storm.fleet.p99Ms,
      unit: 'ms, p99',
      against: quiet.fleet.p50Ms,
      reference: 'p50 of the same check-ins with the server to themselves',
      target: 5000,
      note,
    });
    const reference = 'the same process before they return';
    print({ name: 'server.return.memory', value: storm.peak, unit: 'MiB', against: storm.before, reference, note });
  } finally {
    await council.stop();
  }
}
