import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { componentsOf, licencesText, licensed, nodeLicensed, packagesIn } from '../../scripts/package/licences.ts';

const folder = mkdtempSync(join(tmpdir(), 'beadle-licences-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = join(import.meta.dirname, '../..');

function packageOf(about: object, files: Readonly<Record<string, string>> = {}): string {
  const place = mkdtempSync(join(folder, 'package-'));
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'some', version: '1.2.3', ...about }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  return place;
}
const output = (inputs: Readonly<Record<string, number>>) => ({
  imports: [],
  exports: [],
  bytes: 1,
  inputs: Object.fromEntries(Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }])),
});

describe('what a bundle contains of others', () => {
  it('is what esbuild wrote into it, a package within a package too', () => {
    const outputs = {
      'agent.mjs': output({
        'packages/agent/src/main.ts': 9,
        'only-dispatchers:undici': 9,
        'node_modules/undici/lib/api/index.js': 9,
        'node_modules/left-out/index.js': 0,
      }),
      'chunk.mjs': output({
        'node_modules/@scope/one/a.js': 9,
        'node_modules/undici/lib/core.js': 9,
        'node_modules/outer/node_modules/inner/index.js': 9,
      }),
    };
    expect(packagesIn({ outputs })).toEqual([
      'node_modules/@scope/one',
      'node_modules/outer/node_modules/inner',
      'node_modules/undici',
    ]);
  });
});

describe('the licence of a package', () => {
  it('is its SPDX expression with the text that lies in it', () => {
    expect(licensed(packageOf({ license: '(MIT AND Zlib)' }, { 'LICENSE.md': 'Do.\r\n' }))).toEqual({
      name: 'some',
      version: '1.2.3',
      licence: '(MIT AND Zlib)',
      text: 'Do.',
      purl: 'pkg:npm/some@1.2.3',
    });
  });

  it('is taken from the README where it stands there as a whole', () => {
    const readme =
      '# some\n\n## License\n\nCopyright (c) Ann\n\nPermission is hereby granted, free\n\n## More\n\nnothing\n';
    expect(licensed(packageOf({ license: 'MIT' }, { 'README.md': readme })).text).toBe(
      'Copyright (c) Ann\n\nPermission is hereby granted, free',
    );
  });

  it.each(['GPL-3.0-only', 'MIT OR SSPL-1.0', 'UNLICENSED', undefined])('is refused where it is %s', (license) => {
    expect(() => licensed(packageOf({ license }, { LICENSE: 'x' }))).toThrow('does not allow');
  });

  it('is refused where its text is missing', () => {
    expect(() => licensed(packageOf({ license: 'MIT' }, { 'README.md': '## License\n\nMIT' }))).toThrow(
      'without the text',
    );
  });

  it('is known of everything that is installed to run', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean; link?: boolean }>;
    };
    const folders = Object.entries(packages).flatMap(([path, { dev, optional, devOptional, link }]) =>
      path.startsWith('node_modules/') && !dev && !optional && !devOptional && !link ? [path] : [],
    );
    // Node has its own; its set-up is gone once it is installed.
    const ours = folders.filter((path) => !/^node_modules\/node(-bin-setup)?$/.test(path));
    expect(ours.length).toBeGreaterThan(50);
    // What has none throws, and says which it is.
    expect(ours.map((path) => licensed(join(root, path)).text)).not.toContain('');
  });
});

describe('what is handed out', () => {
  it('names each part once, with its licence', () => {
    const part = { name: 'some', version: '1.0.0', licence: 'MIT', text: 'Do.', purl: 'pkg:npm/some@1.0.0' };
    const text = licencesText([part, nodeLicensed(), part]);
    expect(text.match(/^some 1\.0\.0 \(MIT\)$/gm)).toHaveLength(1);
    expect(text).toContain('OpenSSL');
    expect(componentsOf([part])).toEqual([
      { type: 'library', name: 'some', version: '1.0.0', licence: 'MIT', purl: 'pkg:npm/some@1.0.0' },
    ]);
  });

  it('has no text by hand that nothing needs any more', () => {
    const names = readdirSync(join(root, 'scripts/package/licences')).flatMap(
      (file) => /^(?!node-|.*-runtime)(.+)\.txt$/.exec(file)?.[1] ?? [],
    );
    const ofTheirOwn = names.filter((name) => /licen[cs]e/i.test(readdirSync(join(root, 'node_modules', name)).join()));
    expect(ofTheirOwn).toEqual([]);
  });
});
