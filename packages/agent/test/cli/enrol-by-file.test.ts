import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicJwkOf } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnrolmentByFile } from '../../src/cli/enrol-by-file.ts';
import type { EnrolmentFile } from '../../src/cli/enrolment-file.ts';
import { UsageError } from '../../src/errors.ts';
import { makeDeviceKey, saveIdentity } from '../../src/identity/identity.ts';

const FILE = 'server=https://beadle.council.gov.uk\ntoken=beadle1.a.b.c\n';
const REFUSAL = 'The server at https://beadle.council.gov.uk did not enrol this device: The token is used up.';

let folder: string;
let now: number;
let asked: EnrolmentFile[];
let answer: () => string;
let logged: string[];
const path = () => join(folder, 'enrolment');
const data = () => join(folder, 'data');
const put = (text = FILE) => writeFileSync(path(), text, { mode: 0o600 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-by-file-'));
  [now, asked, logged] = [0, [], []];
  answer = () => 'Enrolled as DBC-1.';
});
afterEach(() => rmSync(folder, { recursive: true }));

const create = () => {
  const note = (about: object, message: string) => void logged.push(`${JSON.stringify(about)} ${message}`);
  return createEnrolmentByFile({
    path: path(),
    data: data(),
    clock: { now: () => now, monotonic: () => now },
    log: { info: note, error: note },
    enrol: (file) => {
      asked.push(file);
      return Promise.resolve().then(answer);
    },
  });
};

const refuse = () => {
  throw new UsageError(REFUSAL);
};

function keepIdentity(): void {
  const key = makeDeviceKey();
  const about = { device: 'd', assetTag: 'DBC-1', generation: 1, organisation: 'Council', server: 'https://a' };
  saveIdentity(data(), key, { ...about, serverKey: publicJwkOf(key), protocol: 1, enrolledAt: '2026-11-29T00:00:00Z' });
}

describe('an enrolment by file', () => {
  it('is nothing where there is no file', async () => {
    expect(await create()()).toBe(false);
    expect([asked, logged]).toEqual([[], []]);
  });

  it('enrols, and takes the file away', async () => {
    put();
    expect(await create()()).toBe(false);
    expect(asked).toEqual([{ server: 'https://beadle.council.gov.uk', token: 'beadle1.a.b.c', allowPlainHttp: false }]);
    expect(existsSync(path())).toBe(false);
    expect(logged.join()).toContain('Enrolled as DBC-1.');
  });

  it('writes a refusal down beside the file, word for word, without the token, for root alone', async () => {
    put();
    answer = refuse;
    expect(await create()()).toBe(true);
    expect(readFileSync(`${path()}.refused`, 'utf8')).toBe(`1970-01-01T00:00:00.000Z ${REFUSAL}\n`);
    const isReadByOthers = process.platform !== 'win32' && (statSync(`${path()}.refused`).mode & 0o077) !== 0;
    expect(isReadByOthers).toBe(false);
    expect(existsSync(path())).toBe(true);
    expect(logged.join()).toContain(REFUSAL);
    expect(logged.join()).not.toContain('beadle1.');
  });

  it('tries again after longer and longer, and at most an hour', async () => {
    put();
    answer = refuse;
    const look = create();
    const waits: number[] = [];
    let lastAt = 0;
    for (; now <= 4 * 3_600_000; now += 30_000) {
      const before = asked.length;
      await look();
      if (asked.length > before) waits.push((now - lastAt) / 1000);
      if (asked.length > before) lastAt = now;
    }
    expect(waits).toEqual([0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  it('tries at once what was put there anew, and takes the refusal away with the file', async () => {
    put('server=https://beadle.council.gov.uk\n');
    const look = create();
    expect(await look()).toBe(true);
    expect(readFileSync(`${path()}.refused`, 'utf8')).toContain(`${path()}: token=TOKEN is missing`);
    expect(asked).toEqual([]);
    put();
    expect(await look()).toBe(false);
    expect([path(), `${path()}.refused`].map((one) => existsSync(one))).toEqual([false, false]);
  });

  it('does not use the file on a device that is enrolled, and takes it away', async () => {
    keepIdentity();
    put();
    expect(await create()()).toBe(false);
    expect(asked).toEqual([]);
    expect(existsSync(path())).toBe(false);
  });

  it('mends a device whose identity is damaged', async () => {
    keepIdentity();
    writeFileSync(join(data(), 'identity/enrolment.json'), '{');
    put();
    expect(await create()()).toBe(false);
    expect(asked).toHaveLength(1);
  });
});
