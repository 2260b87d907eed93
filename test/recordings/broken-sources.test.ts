import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeDevice } from '../../packages/agent/src/cli/check.ts';
import { recordedDevice } from '../../packages/agent/src/cli/judged-device.ts';
import { collectorsFor, historiesFor } from '../../packages/agent/src/collectors/registry.ts';
import { openRecording, type RecordedOutput, type Recording } from '../../packages/agent/src/host/recording/folder.ts';
import { createRecordingHost } from '../../packages/agent/src/host/recording/host.ts';
import { casesOf, PLATFORMS, type RecordedCase } from './case.ts';

type Outputs = Recording['outputs'];
type Break = (output: RecordedOutput, outputs: Outputs) => RecordedOutput | undefined;

const changed = (stdout: string): Break => () => ({ exitCode: 0, stderr: '', stdout });

/** What may befall one source of a machine that is otherwise as it was recorded. */
const BREAKS: Readonly<Record<string, fc.Arbitrary<Break>>> = {
  removed: fc.constant(() => undefined),
  emptied: fc.constant((output) => ({ ...output, stdout: '' })),
  'cut short': fc
    .double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    .map((part) => (output) => ({ ...output, stdout: output.stdout.slice(0, Math.floor(output.stdout.length * part)) })),
  'random bytes': fc.uint8Array({ maxLength: 200 }).map((bytes) => changed(Buffer.from(bytes).toString('utf8'))),
  // An empty list is an answer wherever lists are told, and 0 is one of a setting that is off (`defaults read`).
  'random JSON': fc
    .json({ maxDepth: 4 })
    .filter((text) => text !== '[]' && text !== '0')
    .map(changed),
  denied: fc.constant(() => ({ exitCode: 1, stdout: '', stderr: 'Access is denied. Permission denied' })),
  'failed with its answer': fc.constant((output) => ({ ...output, exitCode: 1, stderr: 'failed' })),
  "another source's": fc.nat().map((index) => (_output, outputs) => {
    const others = [...outputs.values()].filter(({ stdout }) => stdout.trim() !== '[]');
    return others[index % others.length];
  }),
};

/**
 * One line of names: cut behind a name it is the answer of a machine with fewer of them, which nobody can tell from it. A
 * program that is stopped amid its answer ends with an error, and an answer over the limit is no answer (host/exec.ts).
 */
const NAMES_IN_A_LINE: ReadonlySet<string> = new Set(['macos/administrators', 'linux/administrators']);

/** Cut behind its first line and nowhere else, what is told amid an encryption is the answer of a machine that has ended it. */
const isAnothersAnswer = (id: string, { stdout }: Pick<RecordedOutput, 'stdout'>): boolean =>
  id === 'macos/filevault' && stdout.trim() === 'FileVault is On.';

/** Added to the list of sources after its first form: a recording that lacks them is judged as it was before them. */
const LATER: ReadonlySet<string> = new Set(['macos/card-reader', 'windows/services']);

/** A verdict on each subject of each rule, as one list whatever kind it is of. */
async function verdictsOf({ folder, policy }: RecordedCase, recording: Recording): Promise<Map<string, Verdict>> {
  const judged = { ...recordedDevice(folder), host: createRecordingHost(recording) };
  const { findings } = await judgeDevice(judged, policy);
  return new Map(findings.map((one) => [`${one.rule} ${one.subject}`, one.verdict]));
}

const RANK: Readonly<Record<Verdict, number>> = { fail: 0, unknown: 1, exempt: 2, pass: 3, 'not-applicable': 3 };
const WORST = (verdicts: readonly Verdict[]): number => Math.min(3, ...verdicts.map((verdict) => RANK[verdict]));

/** Passes of subjects that did not pass, and passes of whole rules of which something did not. */
function becameBetter(before: ReadonlyMap<string, Verdict>, after: ReadonlyMap<string, Verdict>, isLog: boolean): string[] {
  const rulesOf = (verdicts: ReadonlyMap<string, Verdict>) =>
    Map.groupBy(verdicts, ([key]) => key.slice(0, key.indexOf(' ')));
  const rules = rulesOf(before);
  const subjects = [...after].filter(([key, verdict]) => verdict === 'pass' && RANK[before.get(key) ?? 'pass'] < 3);
  const whole = [...rulesOf(after)].filter(([rule, verdicts]) => {
    const was = WORST((rules.get(rule) ?? []).map(([, verdict]) => verdict));
    return was < 3 && verdicts.some(([, verdict]) => verdict === 'pass') && WORST(verdicts.map(([, v]) => v)) === 3;
  });
  // What a log alone has told is gone with it, and what is there now is no worse for that.
  return [...subjects.map(([key]) => key), ...(isLog ? [] : whole).map(([rule]) => `${rule}, as a whole`)];
}

const cases = PLATFORMS.flatMap(casesOf).filter(({ folder }) => openRecording(folder).outputs.size > 0);

describe.skipIf(cases.length === 0).each(cases)('of $platform/$name', (recorded) => {
  const recording = openRecording(recorded.folder);
  const ids = [...recording.outputs.keys()];
  const states = collectorsFor(recording.platform).flatMap(({ sources }) => sources);
  const logs = new Set(
    historiesFor(recording.platform)
      .flatMap(({ sources }) => sources)
      .filter((source) => !states.includes(source))
      .map(({ id }) => id),
  );

  it.each(Object.entries(BREAKS))('no source that is %s makes a pass of a fail or an unknown', async (name, breaks) => {
    const before = await verdictsOf(recorded, recording);
    const isOneWay = ['removed', 'emptied', 'denied', 'failed with its answer'].includes(name);
    const isTried: (id: string) => boolean = {
      removed: (id: string) => !LATER.has(id),
      'cut short': (id: string) => !NAMES_IN_A_LINE.has(id),
    }[name] ?? (() => true);
    for (const id of ids.filter(isTried)) {
      const check = async (broken: Break) => {
        const output = broken(recording.outputs.get(id) as RecordedOutput, recording.outputs);
        if (name === 'cut short' && output !== undefined && isAnothersAnswer(id, output)) return;
        const others = [...recording.outputs].filter(([other]) => other !== id);
        const outputs = new Map(output === undefined ? others : [...others, [id, output] as const]);
        const better = becameBetter(before, await verdictsOf(recorded, { ...recording, outputs }), logs.has(id));
        expect(better, `${id} ${name}`).toEqual([]);
      };
      await fc.assert(fc.asyncProperty(breaks, check), { numRuns: isOneWay ? 1 : 8 });
    }
  });
});

describe('the recordings', () => {
  it('are read in under a megabyte each, and hold a document that can be read', () => {
    for (const { folder } of cases) expect(readFileSync(join(folder, 'recording.json')).length).toBeLessThan(1_048_576);
  });
});
