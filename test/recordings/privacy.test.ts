import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPolicy } from '@beadle/shared/policy/read';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeDevice } from '../../packages/agent/src/cli/check.ts';
import { recordedDevice } from '../../packages/agent/src/cli/judged-device.ts';
import { observe } from '../../packages/agent/src/cycle/observe.ts';
import type { Outputs } from '../../packages/agent/src/host/host.ts';
import { captureAll, writeRecording } from '../../packages/agent/src/host/recording/write.ts';
import { sourcesFor } from '../../packages/agent/src/sources/registry.ts';
import { resultOf } from '../../packages/agent/test/collectors/outputs.ts';
import { LINUX } from './seeds/linux.ts';
import { MACOS } from './seeds/macos.ts';
import { SECRETS } from './seeds/seed.ts';
import { WINDOWS } from './seeds/windows.ts';

const NODE = { linux: 'linux', windows: 'win32', macos: 'darwin' } as const;
const recordedAt = Date.UTC(2026, 10, 20, 9);
const since = Date.UTC(2026, 9, 1);
const clock = { now: () => recordedAt, monotonic: () => 0 };

const reading = readPolicy(readFileSync(join(import.meta.dirname, 'policy.yaml'), 'utf8'));
if (!reading.ok) throw new Error('policy.yaml');
const { policy } = reading;

const secretsIn = (text: string): string[] =>
  Object.entries(SECRETS)
    .filter(([, secret]) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
    .map(([name]) => name);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'beadle-privacy-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const seeded = [LINUX, WINDOWS, MACOS].filter(({ outputs }) => Object.keys(outputs).length > 0);

/** A recording as somebody's own tool might make one: everything as it was printed. */
function writeRaw(name: string, platform: string, outputs: Outputs): string {
  const raw = join(folder, name);
  mkdirSync(raw);
  const sources = [...outputs].flatMap(([id, result]) => {
    if (result.kind !== 'output') return [];
    const file = id.replace('/', '-');
    writeFileSync(join(raw, file), result.stdout);
    return [{ id, file, exitCode: result.exitCode, stderr: result.stderr }];
  });
  const document = { beadleRecording: 1, platform, release: '1', recordedAt: '2026-11-20T09:00:00Z', sources };
  writeFileSync(join(raw, 'recording.json'), JSON.stringify(document));
  return raw;
}

describe.each(seeded)('secrets on a machine with $platform', ({ platform, outputs: told, nameAccounts }) => {
  const outputs: Outputs = new Map(Object.entries(told).map(([id, value]) => [id, resultOf(value)]));
  const sources = sourcesFor(NODE[platform]);

  it('are there to be found, in outputs of the list of sources', () => {
    expect(secretsIn(JSON.stringify(told)).length).toBeGreaterThanOrEqual(6);
    const ids = sources.map(({ id }) => id);
    expect([...outputs.keys(), ...nameAccounts].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('are in no recording that is made of it, not even by name, and what came before the enrolment is not either', () => {
    const made = join(folder, `${platform}-made`);
    const result = captureAll(sources, outputs, { since });
    writeRecording(made, { platform: NODE[platform], release: '1', clock, hostname: 'LAPTOP-1', facts: {} }, result);
    const files = readdirSync(made).map((name) => [name, secretsIn(readFileSync(join(made, name), 'utf8'))] as const);
    expect(files.filter(([, found]) => found.length > 0)).toEqual([]);
    // And something is left of the outputs.
    expect(result.captured.length).toBeGreaterThan(result.leftOut.length / 2);
    const never = captureAll(sources, outputs, { since: undefined });
    const logs = sources.filter(({ loggedAfter }) => loggedAfter !== undefined).map(({ id }) => id);
    expect(never.captured.map(({ source }) => source.id).filter((id) => logs.includes(id))).toEqual([]);
  });

  it('are in no finding and no facts, and in nothing that is printed or logged on the way', async () => {
    const raw = writeRaw(`${platform}-raw`, NODE[platform], outputs);
    const printed: string[] = [];
    const stdout = process.stdout.write.bind(process.stdout);
    const stderr = process.stderr.write.bind(process.stderr);
    const keep = (text: string | Uint8Array) => printed.push(String(text)) > 0;
    [process.stdout.write, process.stderr.write] = [keep, keep];
    try {
      const judged = recordedDevice(raw);
      printed.push(JSON.stringify(await judgeDevice(judged, policy)));
      printed.push(JSON.stringify([...(await observe(judged.host, judged.collectors, recordedAt))]));
    } finally {
      [process.stdout.write, process.stderr.write] = [stdout, stderr];
    }
    expect(printed.length).toBeGreaterThanOrEqual(2);
    expect(printed.flatMap(secretsIn)).toEqual([]);
  });

  it('are recorded as they would be judged: the recording gives the verdicts of what was read', async () => {
    const made = recordedDevice(join(folder, `${platform}-made`));
    const raw = recordedDevice(join(folder, `${platform}-raw`));
    const verdicts = async (judged: typeof made) =>
      (await judgeDevice(judged, policy)).findings.map(({ rule, subject, verdict }) => `${rule} ${subject} ${verdict}`);
    // One source held a recovery key and was left out as a whole.
    const kept = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('support '));
    expect(kept(await verdicts(made))).toEqual(kept(await verdicts(raw)));
  });
});
