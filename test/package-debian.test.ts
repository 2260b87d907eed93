import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeb } from '../scripts/package/deb.ts';
import { AGENT_DEB } from '../scripts/package/linux/control.ts';
import { makeTree } from '../scripts/package/linux/tree.ts';

const why =
  spawnSync('dpkg-deb', ['--version']).status === 0 ? undefined : 'needs dpkg-deb, which Debian and Ubuntu have';

const dpkg = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('dpkg-deb', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

describe.skipIf(why !== undefined)(`the agent's Debian package${why === undefined ? '' : ` (${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-deb-'));
  const files = ['one', 'two'].map((name) => join(folder, name, 'beadle-agent.deb'));
  const [file = ''] = files;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    for (const path of files) {
      const tree = join(path, '../tree');
      mkdirSync(tree, { recursive: true });
      // The second one as somebody else's mask and clock would have it.
      const before = process.umask(path === file ? 0o022 : 0o077);
      try {
        await makeTree(tree);
        // Compressed it would take longer, and the compressor is gzip, which has no choice.
        const plan = { ...AGENT_DEB, compression: { type: 'none' } } as const;
        makeDeb(plan, { tree, file: path, version: '1.0.0', madeAt: new Date('2026-11-01') });
      } finally {
        process.umask(before);
      }
      rmSync(tree, { recursive: true });
    }
  }, 120_000);

  it('is the same, byte for byte, wherever and whenever it is made of the same sources', () => {
    const [one, two] = files.map((path) => readFileSync(path));
    expect(one?.length).toBeGreaterThan(100_000_000);
    expect(one?.equals(two ?? Buffer.of())).toBe(true);
  });

  it('belongs to root, and nobody else may write to it or look at its settings', () => {
    const lines = dpkg('--contents', file)
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(lines.filter(([, owner]) => owner !== 'root/root')).toEqual([]);
    expect(lines.filter(([mode = '']) => !mode.startsWith('l') && /^.{5}w|^.{8}w/.test(mode))).toEqual([]);
    const modeOf = (path: string) => lines.find((line) => line[5] === `.${path}`)?.[0];
    expect(modeOf('/etc/beadle-agent/')).toBe('drwx------');
    expect(modeOf('/etc/beadle-agent/beadle-agent.conf')).toBe('-rw-------');
    expect(modeOf('/usr/lib/beadle-agent/node')).toBe('-rwxr-xr-x');
    expect(modeOf('/usr/lib/beadle-agent/beadle-agent')).toBe('-rwxr-xr-x');
    expect(modeOf('/usr/lib/beadle-agent/agent.mjs')).toBe('-rw-r--r--');
  });

  it('has Node as it was published', () => {
    const out = join(folder, 'out');
    dpkg('--extract', file, out);
    expect(readFileSync(join(out, 'usr/lib/beadle-agent/node')).equals(readFileSync(process.execPath))).toBe(true);
    expect(statSync(process.execPath).mtime.toISOString()).not.toContain('2026-11-01T00:00:00');
    const { stdout } = spawnSync(join(out, 'usr/bin/beadle-agent'), ['--version'], { encoding: 'utf8' });
    expect(stdout).toBe('0.1.0\n');
    const sums = spawnSync('md5sum', ['--check', '--quiet', '-'], { cwd: out, input: dpkg('--info', file, 'md5sums') });
    expect(sums.status).toBe(0);
    rmSync(out, { recursive: true });
  });

  it('says what it is', () => {
    expect(dpkg('--field', file, 'Package', 'Version', 'Architecture')).toMatch(
      /^Package: beadle-agent\nVersion: 1\.0\.0\nArchitecture: \w+\n$/,
    );
    expect(dpkg('--info', file, 'conffiles')).toBe('/etc/beadle-agent/beadle-agent.conf\n');
  });
});
