import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecording } from '../../../src/host/recording/folder.ts';
import { captureAll, isFree, writeRecording } from '../../../src/host/recording/write.ts';
import { LINUX_SOURCES } from '../../../src/sources/linux.ts';
import { printed } from '../../collectors/outputs.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'beadle-record-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const about = {
  platform: 'linux',
  release: '6.1.0',
  clock: { now: () => Date.UTC(2026, 10, 20), monotonic: () => 0 },
  hostname: 'LAPTOP-1',
  facts: { assetTag: 'DBC-1' },
} as const;
const since = Date.UTC(2026, 10, 1);
const capture = (outputs: Readonly<Record<string, ReturnType<typeof printed>>>, from: number | undefined = since) =>
  captureAll(LINUX_SOURCES, new Map(Object.entries(outputs)), { since: from });

describe('a recording that is made', () => {
  it('is what can be replayed, with exit codes, standard error and what was left out', () => {
    const result = capture({
      'linux/os': printed('ID=debian\n'),
      'linux/printers': printed('', { exitCode: 1, stderr: 'lpstat: Bad file descriptor' }),
      'linux/udev': { kind: 'unreadable', reason: 'tool-missing' },
    });
    writeRecording(join(folder, 'new'), about, result);
    const recording = openRecording(join(folder, 'new'));
    expect(recording).toMatchObject({ recordedAt: '2026-11-20T00:00:00.000Z', facts: { assetTag: 'DBC-1' } });
    expect([...recording.outputs]).toEqual([
      ['linux/printers', { exitCode: 1, stdout: '', stderr: 'lpstat: Bad file descriptor' }],
      ['linux/os', { exitCode: 0, stdout: 'ID=debian\n', stderr: '' }],
    ]);
    expect(recording.leftOut).toContainEqual({ id: 'linux/udev', reason: 'tool-missing' });
  });

  it('may be read by its maker only', () => {
    const made = join(folder, 'new');
    writeRecording(made, about, capture({ 'linux/os': printed('ID=debian\n') }));
    expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(statSync(join(made, 'os.txt')).mode & 0o777).toBe(0o600);
  });

  it('goes into a folder that is new or empty', () => {
    expect([isFree(folder), isFree(join(folder, 'new'))]).toEqual([true, true]);
    writeFileSync(join(folder, 'x'), '');
    expect([isFree(folder), isFree(join(folder, 'x'))]).toEqual([false, false]);
  });

  it('keeps nothing of a log from before the enrolment, and nothing at all where there was none', () => {
    const log = printed(
      'Home ann 1 [31/Oct/2026:10:00:00 +0000] total 1 - localhost\nHome ann 2 [02/Nov/2026:10:00:00 +0000] total 1 - localhost\n',
    );
    const text = (from: number | undefined) =>
      captureAll(LINUX_SOURCES, new Map([['linux/page-log', log]]), { since: from });
    expect(text(since).captured[0]?.stdout).toBe('Home - 2 [02/Nov/2026:10:00:00 +0000] total 1 - localhost\n');
    expect(text(undefined).captured).toEqual([]);
  });

  it('gives a person the same other name wherever it stands', () => {
    const { captured } = capture({
      'linux/os': printed('/home/margaret/a /media/margaret/b /home/john /home/margaret'),
    });
    expect(captured[0]?.stdout).toBe('/home/user1/a /media/user1/b /home/user2 /home/user1');
  });

  it.each(['111111-222222-333333-444444-555555-666666-777777-888888', 'ABCD-EFGH-IJKL-MNOP-QRST-UVWX'])(
    'leaves out a source that holds a recovery key: %s',
    (key) => {
      const result = capture({ 'linux/os': printed(`ID=x\n${key}\n`) });
      expect([result.captured, JSON.stringify(result).includes(key)]).toEqual([[], false]);
      expect(result.leftOut).toContainEqual({ id: 'linux/os', reason: 'it held a recovery key' });
    },
  );

  it('leaves out what is not of its form, rather than keep what it does not know', () => {
    const result = capture({
      'linux/block-devices': printed('{"blockdevices": 1}'),
      'linux/udev': printed('a letter'),
    });
    expect(result.captured).toEqual([]);
    writeRecording(join(folder, 'new'), about, result);
    expect(readFileSync(join(folder, 'new/recording.json'), 'utf8')).not.toContain('letter');
  });
});
