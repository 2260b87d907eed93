import { type Reason, REASONS } from '@beadle/shared';
import { type Host, type Request, type SourceResult, unreadable } from '../host.ts';
import { createOutput } from '../output.ts';
import { byRunner } from '../script.ts';
import type { Source } from '../source.ts';
import type { Recording } from './folder.ts';

const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text);

/** As the machine would have handed it on: within the source's limit, without the lines that it throws away. */
function limited(source: Source, stdout: string): string | undefined {
  const keepLines = source.reads.kind === 'command' ? source.reads.keepLines : undefined;
  const output = createOutput(source.outputLimitBytes, keepLines);
  return output.stdout(stdout) ? output.end().stdout : undefined;
}

function replay(recording: Recording, source: Source): SourceResult {
  const recorded = recording.outputs.get(source.id);
  if (recorded === undefined) {
    const reason = recording.leftOut.find(({ id }) => id === source.id)?.reason ?? '';
    return unreadable(isReason(reason) ? reason : 'source-missing', 'not in the recording');
  }
  const stdout = limited(source, recorded.stdout);
  return stdout === undefined ? unreadable('output-too-large') : { kind: 'output', ...recorded, stdout };
}

/**
 * A recording in the place of the machine, under the very same collectors. It counts the processes that a machine would
 * have started; a program's second attempt is not in a recording.
 */
export function createRecordingHost(recording: Recording): Host {
  const now = Date.parse(recording.recordedAt);
  const started = { processes: 0 };
  const startsOne = ({ source: { reads } }: Request): boolean => reads.kind === 'command';
  return {
    platform: recording.platform,
    release: recording.release,
    clock: { now: () => now, monotonic: () => 0 },
    started,
    onMainsPower: () => Promise.resolve(true),
    read(source, parameter) {
      if (startsOne({ source, parameter }) || source.reads.kind === 'script') started.processes += 1;
      return Promise.resolve(replay(recording, source));
    },
    readAll(requests) {
      started.processes += requests.filter(startsOne).length + byRunner(requests).size;
      return Promise.resolve(new Map(requests.map(({ source }) => [source.id, replay(recording, source)])));
    },
    follow: () => Promise.resolve(unreadable('source-missing', 'a recording has no streams')),
    act: () => Promise.resolve(unreadable('access-denied', 'nothing is changed in a recording')),
  };
}
