import { join } from 'node:path';
import { recordedDevice } from '../../packages/agent/src/cli/judged-device.ts';
import { FROM_START } from '../../packages/agent/src/collectors/collector.ts';
import { observe, readAhead, readHistories } from '../../packages/agent/src/cycle/observe.ts';
import type { Result } from './result.ts';

const recordings = join(import.meta.dirname, '../../test/recordings');

/** A full cycle over a recorded laptop: every check, every log from its beginning, and where the device is. */
async function cycleOver(folder: string) {
  const { host, collectors, histories, place } = recordedDevice(folder);
  const places = place === undefined ? [] : [place];
  const bookmarkOf = () => FROM_START;
  const ahead = await readAhead(host, [...collectors, ...places], histories, bookmarkOf);
  await observe(ahead, collectors, host.clock.now());
  await readHistories(ahead, histories, { bookmarkOf, wasOff: false });
  const sources = new Set([...collectors, ...histories, ...places].flatMap((one) => one.sources.map(({ id }) => id)));
  return { processes: host.started.processes, sources: sources.size };
}

/**
 * What a cycle would start where no machine can be had: counted by the host that replays a recording, which takes a
 * process for each program and one for all the scripts of a runner. What those processes cost is not known here.
 */
export async function processesElsewhere(): Promise<Result[]> {
  const results: Result[] = [];
  for (const platform of ['windows', 'macos']) {
    const { processes, sources } = await cycleOver(join(recordings, platform, 'laptop-compliant'));
    results.push({
      name: `agent.cycle.${platform}.processes`,
      value: processes,
      unit: 'processes',
      against: sources,
      reference: 'one process a source',
      note: 'a cold cycle over a recorded laptop, counted and not run',
    });
  }
  return results;
}
