import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNamed, isKnown } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { collectorsFor } from '../../src/collectors/registry.ts';
import { errorsOf, factsOf, missing, printed } from './outputs.ts';

// Real outputs of other people's machines, under licences of their own: read where they lie, never copied.
const folder = join(import.meta.dirname, '../../../../../shared/captures/linux');
const isThere = existsSync(folder);
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

/** Which source would have printed a file, by its name. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/lsblk-J.*\.json$/, 'linux/block-devices'],
  [/\/udev-/, 'linux/udev'],
  [/lpstat-v/, 'linux/printers'],
  [/page_log/, 'linux/page-log'],
  [/apt-get-/, 'linux/apt-pending'],
  [/(dnf-updateinfo|yum-list-sec)/, 'linux/dnf-advisories'],
];
const files = isThere ? globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile()) : [];
const captures = files
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  .flatMap((path) => FORMATS.filter(([name]) => name.test(`/${path}`)).map(([, id]) => [path, id] as const));

describe.skipIf(!isThere)('captures of real machines', () => {
  it.each(captures)('%s is read as %s by every collector, into facts of the right form', (path, id) => {
    for (const collector of collectorsFor('linux')) {
      const outputs = new Map(
        collector.sources.map((source) => [source.id, source.id === id ? printed(read(path)) : missing]),
      );
      const { facts } = collector.collect(outputs, 0);
      const schema = checkNamed(collector.check)?.facts;
      expect(isKnown(facts)).toBe(true);
      expect(errorsOf(schema, isKnown(facts) ? facts.known : undefined)).toEqual([]);
    }
  });

  const one = (check: string, told: object) => {
    const collector = collectorsFor('linux').find((candidate) => candidate.check === check);
    if (collector === undefined) throw new Error(check);
    return factsOf<Record<string, unknown>>(collector, told as never);
  };

  it('tell no printers of a scheduler that is down', () => {
    const text = read('printers/lpstat-v-cups-down.txt');
    expect(one('printing', { 'linux/printers': printed('', { exitCode: 1, stderr: text }) }).queues).toMatchObject({
      unknown: 'service-down',
    });
  });

  it('tell of queues whose URIs have no slashes', () => {
    expect(one('printing', { 'linux/printers': read('printers/lpstat-v-odd-schemes.txt') }).queues).toMatchObject({
      known: expect.arrayContaining([expect.objectContaining({ name: 'savtermhpc', reach: 'network' })]),
    });
  });

  it('tell of one security update among many others', () => {
    const told = {
      'linux/os': 'ID=fedora\nVERSION_ID=32\n',
      'linux/dnf-advisories': read('patch/dnf-updateinfo-list-f32.txt'),
    };
    expect(one('patches', told).missing).toMatchObject({ known: [{ severity: 'medium' }] });
  });

  it('tell an old lsblk’s refusal from an answer', () => {
    const stderr = read('disk-encryption/lsblk-unknown-column.stderr.txt');
    expect(
      one('disk-encryption', { 'linux/block-devices': printed('', { exitCode: 1, stderr }) }).volumes,
    ).toMatchObject({ unknown: 'source-failed' });
  });
});
