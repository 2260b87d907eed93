import { hostname } from 'node:os';
import type { PolicyForDevice } from '@beadle/shared';
import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';
import { readKeptIfAllowed } from './judged-device.ts';

/** What the register says of this device, as far as the policy that it was given tells. Never who holds it. */
function factsOf(policy: PolicyForDevice | undefined): object {
  if (policy === undefined) return {};
  const { assetTag, serialNumber, kind, population, groups, sticks } = policy.register;
  const { authorisations } = policy;
  return { assetTag, serialNumber, kind, population, groups, registeredSticks: sticks, authorisations };
}

async function record(folder: string, data: string): Promise<void> {
  const [{ thisMachine }, { sourcesFor }, recording] = await Promise.all([
    import('./this-machine.ts'),
    import('../sources/registry.ts'),
    import('../host/recording/write.ts'),
  ]);
  if (!recording.isFree(folder))
    throw new UsageError(`${folder} is not an empty folder: give a new one, so that no two recordings are mixed.`);
  const kept = readKeptIfAllowed(data);
  const { host } = await thisMachine();
  const sources = sourcesFor(host.platform).filter(({ reads }) => reads.kind !== 'stream');
  const outputs = await host.readAll(sources.map((source) => ({ source })));
  const result = recording.captureAll(sources, outputs, { since: kept.enrolledAt });
  recording.writeRecording(folder, { ...host, hostname: hostname(), facts: factsOf(kept.policy) }, result);
  for (const { source, exitCode } of result.captured)
    say(`recorded  ${source.id}${exitCode === 0 ? '' : ` (exit code ${exitCode})`}`);
  for (const one of result.leftOut) say(`left out  ${one.id}: ${recording.reasonInWords(one)}`);
  say(
    `The recording is in ${folder}. Names of documents, people and networks are not in it; look through it before you hand it on.`,
  );
}

export const recordCommand: Command = {
  name: 'record',
  summary: 'captures what every source of this device says, as a recording',
  synopsis: 'DIR [--data DIR]',
  details: [
    'DIR is made, or is empty; only you may read what is in it. beadle-agent check --recording DIR replays it.',
    'Of logs only what came after the enrolment of this device is kept. Run it as root to capture everything.',
  ],
  async run(args) {
    const { values, positionals } = readOptions(args, DATA_OPTION, 1);
    const [folder] = positionals;
    if (folder === undefined) throw new UsageError('DIR is missing: the new folder for the recording.');
    await record(folder, dataFolder(values));
    return 0;
  },
};
