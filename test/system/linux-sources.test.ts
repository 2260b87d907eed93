import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LINUX_SOURCES } from '../../packages/agent/src/sources/linux.ts';
import { missingPackages, packageNames } from '../../scripts/debian-packages.ts';
import { NOT_RUN, SHOWN_ELSEWHERE } from './contained/not-run.ts';
import { setUp } from './contained/programs.ts';
import { settingsTests } from './contained/settings-tests.ts';
import { factsOf, noSystem, start, stop, system, wasRead, withPackages } from './contained/under-test.ts';
import { updatesTests } from './contained/updates-tests.ts';

beforeAll(start);
afterAll(stop);

withPackages('the disks and firmware of a system', [], () => {
  it('are told, and an overlay in memory is not taken for a disk', () => {
    const facts = factsOf('disk-encryption', ['linux/block-devices', 'linux/root-mount', 'linux/zfs']);
    const root = { name: '/', state: { unknown: 'not-told', detail: 'overlay cannot be told from its disks' } };
    expect(facts).toMatchObject({ volumes: { known: expect.arrayContaining([expect.objectContaining(root)]) } });
  });

  it.skipIf(!existsSync('/dev/loop-control'))('are not more for a file that is mounted', () => {
    const ids = ['linux/block-devices', 'linux/root-mount', 'linux/zfs'];
    const before = factsOf('disk-encryption', ids);
    setUp.mountedFile(system());
    expect(system().observe(['linux/root-mount']).outputs).toMatchObject({
      'linux/root-mount': { stdout: expect.stringMatching(/"source": *"\/dev\/loop\d+",\s*"target": *"\/mnt"/) },
    });
    expect(factsOf('disk-encryption', ids)).toEqual(before);
    system().sh('umount /mnt');
  });

  it('have no secure boot without UEFI, and no tag without a description of the machine', () => {
    const has = (folder: string, name: string) => system().sh(`ls ${folder}`).split('\n').includes(name);
    const { secureBoot } = factsOf('configuration', ['linux/secure-boot']) as { secureBoot: { known: string } };
    expect(has('/sys/firmware', 'efi') ? ['on', 'off'] : ['off']).toContain(secureBoot.known);
    const { assetTag } = factsOf('asset-tag', ['linux/enclosure']) as { assetTag: object };
    expect(assetTag).toHaveProperty(has('/sys/class', 'dmi') ? 'known' : 'unknown');
  });
});

withPackages('accounts', [], () => {
  it('are those of people, and the administrators those of the groups', () => {
    const ids = ['linux/administrators', 'linux/accounts'];
    expect(JSON.stringify(factsOf('accounts', ids))).not.toContain('alice');
    system().sh('useradd --create-home --shell /bin/bash alice && usermod --append --groups sudo alice');
    const facts = factsOf('accounts', ids);
    expect(facts).toMatchObject({
      administrators: { known: expect.arrayContaining([{ name: 'alice', aliases: [] }]) },
      local: { known: expect.arrayContaining([{ name: 'alice', aliases: [] }]) },
      guest: { known: 'off' },
    });
    system().sh('gpasswd --delete alice sudo');
    expect(factsOf('accounts', ids)).toMatchObject({ administrators: { known: [] } });
  });
});

settingsTests();
updatesTests();

it('leaves no source of Linux out but those that are named', () => {
  const missing = LINUX_SOURCES.filter(({ id }) => !wasRead.has(id) && !(id in SHOWN_ELSEWHERE)).map(({ id }) => id);
  const lines = [
    ...[...wasRead].toSorted().map((id) => `run here: ${id}`),
    ...Object.entries(SHOWN_ELSEWHERE).map(([id, where]) => `run elsewhere: ${id} (${where})`),
    ...missing.map((id) => `not run now: ${id} (${noSystem ?? 'its packages are missing'})`),
    ...Object.entries(NOT_RUN).map(([what, reason]) => `not run: ${what} (${reason})`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const isAllHere = noSystem === undefined && missingPackages(packageNames).length === 0;
  expect(isAllHere ? missing : []).toEqual([]);
});
