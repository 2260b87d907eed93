import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectorsFor, historiesFor } from '../../src/collectors/registry.ts';
import { LINUX_SOURCES } from '../../src/sources/linux.ts';
import { sourcesFor } from '../../src/sources/registry.ts';
import type { Files } from '../../src/sources/source.ts';

describe('the list of sources', () => {
  it('names everything that the collectors, histories and watchers read', () => {
    const used = [...collectorsFor('linux'), ...historiesFor('linux')].flatMap(({ sources }) => sources);
    expect(used.filter((source) => !sourcesFor('linux').includes(source))).toEqual([]);
  });

  it('has one source an id', () => {
    const ids = LINUX_SOURCES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(LINUX_SOURCES.map((source) => [source.id, source] as const))(
    '%s has limits, absolute paths and a reason',
    (_id, source) => {
      const { reads } = source;
      const paths = 'files' in reads ? reads.files : 'path' in reads ? [reads.path] : [];
      expect(source.why).toMatch(/^[A-Z].*\.$/);
      expect(source.outputLimitBytes).toBeGreaterThan(0);
      expect(source.timeLimitMs > 0 || reads.kind === 'stream').toBe(true);
      expect(paths.filter((path) => !isAbsolute(path))).toEqual([]);
    },
  );

  it('offers nothing on platforms that it does not know', () => {
    expect(sourcesFor('aix')).toEqual([]);
  });
});

/** A made-up file system: text, or an error's code. */
const made = (tree: Readonly<Record<string, string>>, times: Readonly<Record<string, number>> = {}): Files => {
  const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
  return {
    readText: (path) => {
      const text = tree[path];
      if (text === undefined) return fail('ENOENT');
      return text === 'EACCES' ? fail('EACCES') : Promise.resolve(text);
    },
    modifiedAt: (path) => (path in times ? Promise.resolve(times[path] ?? 0) : fail('ENOENT')),
    list: (path) => {
      const names = Object.keys(tree)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1));
      return names.length > 0 ? Promise.resolve(names) : fail('ENOENT');
    },
  };
};
const probe = async (id: string, files: Files) => {
  const reads = LINUX_SOURCES.find((source) => source.id === id)?.reads;
  if (reads?.kind !== 'probe') throw new Error(id);
  return JSON.parse(JSON.stringify(await reads.run(files, AbortSignal.timeout(1000), {})));
};

describe('the age of apt’s lists', () => {
  const lists = { '/var/lib/apt/lists/x_InRelease': '' };
  const stamp = '/var/lib/apt/periodic/update-success-stamp';

  it('is that of the stamp of success, else of the folder it fetches into', async () => {
    const times = { [stamp]: 1000, '/var/lib/apt/lists/partial': 5000 };
    expect(await probe('linux/apt-freshness', made(lists, times))).toEqual({
      ListsUpdatedAt: '1970-01-01T00:00:01.000Z',
    });
    expect(await probe('linux/apt-freshness', made(lists, { '/var/lib/apt/lists/partial': 5000 }))).toEqual({
      ListsUpdatedAt: '1970-01-01T00:00:05.000Z',
    });
  });

  it('is none where no list was ever fetched', async () => {
    const files = made({ '/var/lib/apt/lists/lock': '' }, { [stamp]: 1000 });
    expect(await probe('linux/apt-freshness', files)).toEqual({ ListsUpdatedAt: null });
  });
});

describe('the note that a restart is needed', () => {
  it('tells that it is, with the packages', async () => {
    const files = made({ '/run/reboot-required.pkgs': 'linux-base\n' }, { '/run/reboot-required': 1 });
    expect(await probe('linux/restart-required', files)).toEqual({ Required: true, Packages: ['linux-base'] });
  });

  it('tells that it is not only where something would have written it', async () => {
    const files = made({}, { '/etc/kernel/postinst.d/unattended-upgrades': 1 });
    expect(await probe('linux/restart-required', files)).toEqual({ Required: false, Packages: null });
    expect(await probe('linux/restart-required', made({}))).toEqual({ Required: null, Packages: null });
  });
});

describe('the enclosure', () => {
  const dmi = '/sys/class/dmi/id';

  it('leaves out what may not be read and has null for what is not there', async () => {
    const files = made({ [`${dmi}/product_serial`]: 'EACCES', [`${dmi}/chassis_type`]: '10\n' });
    expect(await probe('linux/enclosure', files)).toEqual({ AssetTag: null, ChassisType: 10 });
  });

  it('is not told where there is no firmware that describes it', async () => {
    await expect(probe('linux/enclosure', made({}))).rejects.toThrow('ENOENT');
  });
});
