import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drop, prepareSpool, spoolOf, takeDropped } from '../../src/orders/spool.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'beadle-spool-'));
  prepareSpool(data);
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const NAME = `code-${'A'.repeat(22)}`;
const put = (name: string) => join(spoolOf(data), name);

describe('the folder for release codes', () => {
  it('lets everybody put one in, and nobody else look', () => {
    expect(statSync(spoolOf(data)).mode & 0o7777).toBe(0o1733);
  });

  it('gives each code once', () => {
    const name = drop(data, 'ABCDE-12345');
    expect(takeDropped(data, Date.now())).toEqual([{ name, code: 'ABCDE-12345' }]);
    expect(takeDropped(data, Date.now())).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('has codes that the agent can read, whatever mask the person has', () => {
    const before = process.umask(0o077);
    try {
      expect(statSync(put(drop(data, 'ABCDE-12345'))).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(before);
    }
  });

  it.each([
    ['a link to a file of root’s', () => symlinkSync('/etc/hostname', put(NAME))],
    [
      'another name of a file',
      () => {
        writeFileSync(join(data, 'other'), 'ABCDE-12345');
        linkSync(join(data, 'other'), put(NAME));
      },
    ],
    ['a folder', () => mkdirSync(put(NAME))],
    ['more than a code', () => writeFileSync(put(NAME), 'A'.repeat(65))],
    ['another name', () => writeFileSync(put('code-../../x'.replaceAll('/', '_')), 'ABCDE-12345')],
  ])('gives nothing of %s', (_what, make) => {
    make();
    expect(takeDropped(data, Date.now())).toEqual([]);
  });

  it('takes a few at a time, and clears away what is old and no code', () => {
    for (let count = 0; count < 20; count += 1) drop(data, 'AAAAA-AAAAA');
    writeFileSync(put('rubbish'), '');
    utimesSync(put('rubbish'), 0, 0);
    expect(takeDropped(data, Date.now())).toHaveLength(8);
    expect(readdirSync(spoolOf(data))).toHaveLength(12);
  });
});
