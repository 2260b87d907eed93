import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runServerCommand } from '../support/command.ts';

let folder = '';

const run = (...args: string[]) => runServerCommand(args, { workingFolder: folder });

const MADE = 6;
let exported: Buffer;
let head = '';
const verifyFile = (bytes: Buffer | string, ...more: string[]) => {
  writeFileSync(join(folder, 'log.jsonl'), bytes);
  return run('audit', 'verify', '--file', 'log.jsonl', ...more);
};
const lines = () => exported.toString().trimEnd().split('\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-audit-'));
  for (let index = 0; index < MADE; index += 1)
    await run('token', 'create', '--role', 'auditor', '--name', `Prüfer № ${index}`);
  await run('audit', 'export', 'out.jsonl');
  exported = readFileSync(join(folder, 'out.jsonl'));
  head = (await run('audit', 'verify')).out.match(/head ([0-9a-f]{64})/)?.[1] ?? '';
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('an export of the audit log', () => {
  it('is its owner’s, has every act, and is never written over', async () => {
    expect(statSync(join(folder, 'out.jsonl')).mode & 0o777).toBe(0o600);
    expect(lines()).toHaveLength(MADE);
    expect(await run('audit', 'export', 'out.jsonl')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is there already'),
    });
  });

  it('is verified without a server and without a database', async () => {
    expect(await verifyFile(exported)).toEqual({
      exitCode: 0,
      err: '',
      out: `The audit log of main is intact: ${MADE} acts, head ${head}\n`,
    });
  });

  it('in which any byte is another one is found out, and it says where', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(exported.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(exported);
        changed[at] = (exported[at] ?? 0) ^ by;
        const line = exported.subarray(0, at).toString('latin1').split('\n').length;
        const { exitCode, err, out } = await verifyFile(changed);
        const place = Number(/^(?:beadle-server: )?log\.jsonl:(\d+): /.exec(err)?.[1]);
        // A line's end that is another letter makes one line of two. A carriage return ends a line as well: nothing that was
        // recorded is another then.
        const isFound = exitCode > 0 && Math.abs(place - line) <= 1;
        const isTheSame = exitCode === 0 && out.includes(head);
        expect({ err, found: isFound || isTheSame }).toEqual({ err, found: true });
      }),
      { numRuns: 300 },
    );
  });

  it('from which an act is gone, or in which two have changed places, is found out', async () => {
    for (let at = 0; at < MADE; at += 1) {
      const gone = lines().toSpliced(at, 1).join('\n');
      const { exitCode, err } = await verifyFile(gone, '--anchor', `${MADE}:${head}`);
      expect([exitCode, err]).toEqual([1, expect.stringContaining(`act ${at + 1} is missing`)]);
      if (at === 0) continue;
      const all = lines();
      const swapped = all.toSpliced(at - 1, 2, all[at] ?? '', all[at - 1] ?? '').join('\n');
      expect((await verifyFile(swapped)).err).toContain(`act ${at} is missing`);
    }
  });

  it('that was made anew from one act on is whole, but has not the head that was noted', async () => {
    const early = { at: 3, link: (JSON.parse(lines()[2] ?? '') as { link: string }).link };
    expect((await verifyFile(exported, '--anchor', `${early.at}:${early.link.toUpperCase()}`)).exitCode).toBe(0);
    expect(await verifyFile(exported, '--anchor', `${early.at}:${head}`)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('act 3 is not as it was when the head was noted'),
    });
    expect((await run('audit', 'verify', '--anchor', `${MADE}:${head}`)).exitCode).toBe(0);
    expect((await run('audit', 'verify', '--anchor', `${MADE + 1}:${head}`)).err).toContain('act 7 is missing');
    expect((await run('audit', 'verify', '--anchor', 'head')).exitCode).toBe(2);
  });

  it('that is none is refused with its line', async () => {
    expect(await verifyFile('{"sequence":1}\n')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('log.jsonl:1: expected an act'),
    });
  });
});
