import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNamed, isKnown } from '@beadle/shared';
import { afterAll, describe, expect, it } from 'vitest';
import { errorsOf, hostOf, outputs, printed, type Told } from '../../packages/agent/test/collectors/outputs.ts';
import { FROM_START } from '../../packages/agent/src/collectors/collector.ts';
import { collectedOn, collectorsFor, historiesFor } from '../../packages/agent/src/collectors/registry.ts';
import { sourcesFor } from '../../packages/agent/src/sources/registry.ts';
import type { Capture } from './captures/capture.ts';
import { LINUX } from './captures/linux.ts';
import { MACOS } from './captures/macos.ts';
import { WINDOWS } from './captures/windows.ts';

// Real outputs of other people's machines, under licences of their own: read where they lie, never copied.
const folder = join(import.meta.dirname, '../../../shared/captures');
const isThere = existsSync(join(folder, 'INDEX.tsv'));

interface Row {
  readonly path: string;
  readonly platform: string;
}
const rows: readonly Row[] = isThere
  ? readFileSync(join(folder, 'INDEX.tsv'), 'utf8')
      .split('\n')
      .slice(1)
      .filter((line) => line.trim() !== '')
      .map((line) => line.split('\t'))
      .map(([path = '', platform = '']) => ({ path, platform }))
  : [];

/** By bytes: Windows' redirection writes UTF-16. */
function textOf(path: string): string {
  const bytes = readFileSync(join(folder, path));
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** When they are read: later than any of them was made. */
const now = Date.UTC(2026, 10, 20, 9);

const NODE = { linux: 'linux', windows: 'win32', macos: 'darwin' } as const;

function toldOf(capture: Extract<Capture, { facts: object }>): Told {
  const text = (capture.cut ?? String)(textOf(capture.path));
  const { stream = 'stdout', exitCode = 0 } = capture;
  const own = stream === 'stdout' ? printed(text, { exitCode }) : printed('', { exitCode, stderr: text });
  return { ...capture.beside, [capture.source]: own };
}

describe.skipIf(!isThere).each([LINUX, WINDOWS, MACOS])('captures of real machines: $platform', ({ platform, captures }) => {
  const mine = rows.filter((row) => row.platform === platform);
  const read = captures.filter((one) => 'facts' in one);
  const logs = captures.filter((one) => 'events' in one);
  const not = captures.filter((one) => 'notApplicable' in one);
  let right = 0;

  it.skipIf(read.length === 0).each(read)('$path is read as $source', (capture) => {
    const { check, source, facts: expected } = capture;
    const collector = collectorsFor(NODE[platform]).find((one) => one.check === check);
    expect(collector?.sources.map(({ id }) => id), 'sources of the check').toContain(source);
    const { facts } = collector?.collect(outputs(toldOf(capture)), now) ?? { facts: { unknown: 'gone' as const } };
    expect(errorsOf(checkNamed(check)?.facts, isKnown(facts) ? facts.known : undefined)).toEqual([]);
    expect(isKnown(facts) ? facts.known : facts).toMatchObject(expected);
    if (capture.onCouncilNetwork !== undefined) {
      const { place } = collectedOn(NODE[platform]);
      expect(place?.onCouncilNetwork(outputs(toldOf(capture)))).toMatchObject(capture.onCouncilNetwork);
    }
    right += 1;
  });

  it.skipIf(logs.length === 0).each(logs)('$path is read as $source, a log', async ({ path, check, source, cut, beside, events }) => {
    const history = historiesFor(NODE[platform]).find((one) => one.sources.some(({ id }) => id === source));
    expect(history?.check).toBe(check);
    const read = await history?.since(hostOf({ ...beside, [source]: (cut ?? String)(textOf(path)) }), FROM_START);
    const told = read !== undefined && isKnown(read) ? read.known.events : [read];
    expect(told).toHaveLength(events.length);
    expect(told).toMatchObject(events);
    expect(told.flatMap((event) => errorsOf(checkNamed(check)?.event, event))).toEqual([]);
    right += 1;
  });

  it.skipIf(captures.length === 0)('are each read, or not for a reason', () => {
    const mapped = captures.map(({ path }) => path);
    expect(mine.map(({ path }) => path).filter((path) => !mapped.includes(path)), 'no mapping').toEqual([]);
    expect(mapped.filter((path) => !mine.some((row) => row.path === path)), 'not in INDEX.tsv').toEqual([]);
    const ids = sourcesFor(NODE[platform]).map(({ id }) => id);
    const named = [...read, ...logs].map(({ source }) => source);
    expect(named.filter((source) => !ids.includes(source)), 'no such source').toEqual([]);
  });

  afterAll(() => {
    if (captures.length === 0) return console.log(`captures of ${platform}: none is mapped yet, of ${mine.length}`);
    console.log(
      [
        `captures of ${platform}: ${mine.length}; tried ${read.length + logs.length}, right ${right}, not applicable ${not.length}`,
        ...not.map(({ path, notApplicable }) => `  ${path}: ${notApplicable}`),
      ].join('\n'),
    );
  });
});
