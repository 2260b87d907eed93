import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { judgeDevice } from '../../src/cli/check.ts';
import { recordedDevice } from '../../src/cli/judged-device.ts';
import type { SourceResult } from '../../src/host/host.ts';
import { openRecording } from '../../src/host/recording/folder.ts';

const recordings = join(import.meta.dirname, '../../../../test/recordings');

/** A recorded laptop, one of whose sources may give something else. `name` is its folder, such as `macos/laptop-not-compliant`. */
export function alteredLaptop(name: string) {
  const folder = join(recordings, name);
  const reading = readPolicy(readFileSync(join(recordings, 'policy.yaml'), 'utf8'));
  if (!reading.ok) throw new Error('the policy of the recordings is bad');
  const { policy } = reading;
  const recorded = openRecording(folder).outputs;
  return {
    recorded,
    textOf: (id: string) => recorded.get(id)?.stdout ?? '',
    /** By rule and subject. */
    async verdicts(change?: readonly [id: string, result: SourceResult]): Promise<Map<string, Verdict>> {
      const device = recordedDevice(folder);
      const host = { ...device.host };
      if (change !== undefined) {
        const [id, result] = change;
        host.read = (source, parameter) =>
          source.id === id ? Promise.resolve(result) : device.host.read(source, parameter);
        host.readAll = async (requests) =>
          new Map([...(await device.host.readAll(requests))].map(([one, was]) => [one, one === id ? result : was]));
      }
      const { findings } = await judgeDevice({ ...device, host }, policy);
      return new Map(findings.map(({ rule, subject, verdict }) => [`${rule} ${subject}`, verdict]));
    },
  };
}
