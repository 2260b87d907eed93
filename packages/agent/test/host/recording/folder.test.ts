import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecording } from '../../../src/host/recording/folder.ts';
import { createRecordingHost } from '../../../src/host/recording/host.ts';
import { blockDevices, kernelLog, mounts } from '../../../src/sources/linux/storage.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'beadle-recording-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const DOCUMENT = {
  beadleRecording: 1,
  platform: 'linux',
  release: '6.1.0',
  recordedAt: '2026-06-04T08:32:00Z',
  sources: [{ id: 'linux/block-devices', file: 'disks.json', exitCode: 0 }],
};
const write = (document: object, files: Readonly<Record<string, string | Buffer>> = { 'disks.json': '{}' }) => {
  writeFileSync(join(folder, 'recording.json'), JSON.stringify(document));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};
const one = (rest: object) => ({ ...DOCUMENT, sources: [{ id: 'linux/os', file: 'os.txt', exitCode: 0, ...rest }] });

describe('a recording', () => {
  it('is read with its sources, and what is not told in it is null', () => {
    write({ ...DOCUMENT, unheardOf: 1, facts: { assetTag: 'DBC-1', more: true } });
    const recording = openRecording(folder);
    expect(recording.outputs.get('linux/block-devices')).toEqual({ exitCode: 0, stdout: '{}', stderr: '' });
    expect(recording.facts).toMatchObject({ assetTag: 'DBC-1', serialNumber: null, onCouncilNetwork: null });
  });

  it('may hold what Windows redirects: UTF-16, or UTF-8 with a byte order mark', () => {
    write(one({}), { 'os.txt': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('é', 'utf16le')]) });
    expect(openRecording(folder).outputs.get('linux/os')?.stdout).toBe('é');
    write(one({}), { 'os.txt': '\uFEFFx' });
    expect(openRecording(folder).outputs.get('linux/os')?.stdout).toBe('x');
  });

  it.each([
    ['another form', { ...DOCUMENT, beadleRecording: 2 }, 'beadleRecording: expected 1'],
    ['no platform of ours', { ...DOCUMENT, platform: 'plan9' }, 'platform: expected one of linux'],
    ['a time that is none', { ...DOCUMENT, recordedAt: 'yesterday' }, 'recordedAt: expected a time'],
    ['a time of day that is none', { ...DOCUMENT, recordedAt: '2026-06-04T28:32:00Z' }, 'recordedAt: expected a time'],
    ['no sources', { ...DOCUMENT, sources: undefined }, 'sources: expected a list'],
    ['one source twice', { ...DOCUMENT, sources: [...DOCUMENT.sources, ...DOCUMENT.sources] }, 'sources[1].id'],
    ['a way out', one({ file: '../../etc/passwd' }), "sources[0].file: expected a file in the recording's folder"],
    ['an absolute path', one({ file: '/etc/passwd' }), 'sources[0].file'],
    ['an exit code that is text', one({ exitCode: '0' }), 'sources[0].exitCode: expected a whole number'],
    ['a file that is not there', one({ file: 'gone.txt' }), 'gone.txt, which is not there'],
    ['a kind of device that is none', { ...DOCUMENT, facts: { kind: 'toaster' } }, 'facts.kind'],
  ])('with %s is refused, with the place', (_what, document, said) => {
    write(document);
    expect(() => openRecording(folder)).toThrow(said);
  });

  it('leads nowhere by a link, and has nothing that is no file', () => {
    write(one({}), {});
    symlinkSync('/etc/passwd', join(folder, 'os.txt'));
    expect(() => openRecording(folder)).toThrow('symbolic link');
    rmSync(join(folder, 'os.txt'));
    mkdirSync(join(folder, 'os.txt'));
    expect(() => openRecording(folder)).toThrow('regular file');
  });

  it('that is no folder, or holds no JSON, is refused', () => {
    expect(() => openRecording(folder)).toThrow('recording.json');
    writeFileSync(join(folder, 'recording.json'), '{');
    expect(() => openRecording(folder)).toThrow('recording.json: expected JSON');
  });
});

describe('a recording in the place of the machine', () => {
  it('has the clock of its moment, and what is not in it could not be read', async () => {
    write({ ...DOCUMENT, leftOut: [{ id: 'linux/root-mount', reason: 'access-denied' }] });
    const host = createRecordingHost(openRecording(folder));
    expect(host.clock.now()).toBe(Date.UTC(2026, 5, 4, 8, 32));
    expect(await host.read(blockDevices)).toMatchObject({ kind: 'output', stdout: '{}' });
    expect(await host.read(mounts)).toMatchObject({ kind: 'unreadable', reason: 'access-denied' });
    expect(await host.read(kernelLog)).toMatchObject({ kind: 'unreadable', reason: 'source-missing' });
  });

  it('hands on no more than the machine would have', async () => {
    const lines = ['{"MESSAGE":"usb 1-1: Product: Stick"}', '{"MESSAGE":"somebody opened a letter"}', ''].join('\n');
    write(
      { ...DOCUMENT, sources: [...DOCUMENT.sources, { id: 'linux/kernel-log', file: 'log.txt' }] },
      { 'disks.json': ' '.repeat(blockDevices.outputLimitBytes + 1), 'log.txt': lines },
    );
    const host = createRecordingHost(openRecording(folder));
    expect(await host.read(blockDevices)).toMatchObject({ kind: 'unreadable', reason: 'output-too-large' });
    expect(await host.read(kernelLog)).toMatchObject({ stdout: '{"MESSAGE":"usb 1-1: Product: Stick"}\n' });
    expect(host.started.processes).toBe(2);
  });
});
