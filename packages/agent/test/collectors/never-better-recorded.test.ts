import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeDevice } from '../../src/cli/check.ts';
import { recordedDevice } from '../../src/cli/judged-device.ts';
import { collectedOn } from '../../src/collectors/registry.ts';
import type { SourceResult } from '../../src/host/host.ts';
import { openRecording, type Recording } from '../../src/host/recording/folder.ts';
import { missing, printed } from './outputs.ts';

const recordings = join(import.meta.dirname, '../../../../test/recordings');
const reading = readPolicy(readFileSync(join(recordings, 'policy.yaml'), 'utf8'));
if (!reading.ok) throw new Error('the policy of the recordings is bad');
const { policy } = reading;

type Change = readonly [id: string, result: SourceResult];

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Machines of which nothing is as it should be, and every source that a verdict rests on has been recorded. */
const MACHINES = [
  {
    platform: 'macos',
    of: 'darwin',
    // A single digit, and a list on one line without an end, are whole answers wherever they are cut or changed.
    unprotected: ['macos/guest', 'macos/administrators'],
    isAnotherAnswer: () => false,
  },
  {
    platform: 'windows',
    of: 'win32',
    unprotected: [],
    // A digit of JSON that is changed is another number; an empty list says that there is none.
    isAnotherAnswer: (text: string, isWhole: boolean) => isJson(text) && (!isWhole || text.trim() === '[]'),
  },
] as const;

const garbage = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    'null',
    '0',
    '{',
    ']',
    '"',
    '\n',
    '\u0000',
    '{}',
    '[]',
    '1',
    '</dict>',
    '<array/>',
    '</Events>',
    '* Label: ',
    '\uFFFD',
  ),
);
const reasons = fc.constantFrom('access-denied', 'timed-out', 'output-too-large', 'tool-missing');

/** What may befall one of the sources. */
function changesOf({ unprotected, isAnotherAnswer }: (typeof MACHINES)[number], recorded: Recording['outputs']) {
  const ids = [...recorded.keys()];
  const texts = ids.filter((id) => !(unprotected as readonly string[]).includes(id));
  const [anyId, anyText] = [fc.constantFrom(...ids), fc.constantFrom(...texts)];
  const textOf = (id: string) => recorded.get(id)?.stdout ?? '';
  const cut = anyText.chain((id) => fc.nat(textOf(id).length).map((at) => [id, textOf(id).slice(0, at)] as const));
  const spliced = fc.tuple(anyText, fc.nat(), fc.nat(8), garbage).map(([id, at, gone, put]) => {
    const text = textOf(id);
    const from = at % (text.length + 1);
    return [id, text.slice(0, from) + put + text.slice(from + gone)] as const;
  });
  const replaced = fc.tuple(anyText, fc.oneof(garbage, fc.json()));
  const told = fc.oneof(
    fc.oneof(cut, spliced).filter(([id, text]) => text === textOf(id) || !isAnotherAnswer(text, false)),
    replaced.filter(([, text]) => !isAnotherAnswer(text, true)),
  );
  return fc.oneof(
    { weight: 4, arbitrary: told.map(([id, text]): Change => [id, printed(text)]) },
    anyId.map((id): Change => [id, printed(textOf(id), { exitCode: 1, stderr: 'failed' })]),
    anyId.map((id): Change => [id, missing]),
    fc.tuple(anyId, reasons).map(([id, reason]): Change => [id, { kind: 'unreadable', reason }]),
  );
}

/** The recorded machine, one of whose sources gives something else. */
async function verdicts(folder: string, change?: Change): Promise<Map<string, Verdict>> {
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
}

describe.each(MACHINES)('what a source of $platform leaves out or garbles', (machine) => {
  const folder = join(recordings, machine.platform, 'laptop-not-compliant');
  const recorded = openRecording(folder).outputs;

  it('starts from a machine of which every source has been recorded', () => {
    const { collectors, histories } = collectedOn(machine.of);
    const ids = [...collectors, ...histories].flatMap(({ sources }) => sources.map(({ id }) => id));
    expect(ids.filter((id) => !recorded.has(id))).toEqual([]);
  });

  it('makes no verdict better', async () => {
    const before = await verdicts(folder);
    await fc.assert(
      fc.asyncProperty(changesOf(machine, recorded), async (one) => {
        const after = await verdicts(folder, one);
        const better = [...after].filter(([key, verdict]) => {
          const was = before.get(key) ?? (key.endsWith(' device') ? 'fail' : 'pass');
          return verdict === 'pass' && was !== 'pass';
        });
        expect(better).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
