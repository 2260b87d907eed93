import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINUX_SOURCES } from '../../packages/agent/src/sources/linux.ts';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { NOT_RUN, SHOWN_ELSEWHERE } from './contained/not-run.ts';
import { setUp } from './contained/programs.ts';
import { type ContainedSystem, startSystem, whyNoSystem } from './contained/system.ts';

type Needed = Parameters<typeof whySkipped>;
const noSystem = whyNoSystem();
const read = new Set<string>();
let system: ContainedSystem;

/** The facts of the one check that has these sources. */
function factsOf(check: string, ids: readonly string[], as = 0): unknown {
  for (const id of ids) read.add(id);
  return system.observe(ids, as).facts[check];
}

const answerOf = (id: string): unknown => {
  read.add(id);
  const output = system.observe([id]).outputs[id];
  return output?.kind === 'output' && output.exitCode === 0 ? JSON.parse(output.stdout) : output;
};

/** A group of tests that is skipped, by name and with the reason, where something that it needs is missing. */
function withPackages(name: string, packages: Needed, tests: () => void): void {
  const why = noSystem ?? whySkipped(...packages);
  describe.skipIf(why !== undefined)(why === undefined ? name : `${name} (${why})`, tests);
}

beforeAll(async () => {
  if (noSystem === undefined) system = await startSystem();
});
afterAll(() => system?.stop());

describe.skipIf(noSystem !== undefined)(`the disks and firmware of a system${noSystem ? ` (${noSystem})` : ''}`, () => {
  it('are told, and an overlay in memory is not taken for a disk', () => {
    const facts = factsOf('disk-encryption', ['linux/block-devices', 'linux/root-mount', 'linux/zfs']);
    const root = { name: '/', state: { unknown: 'not-told', detail: 'overlay cannot be told from its disks' } };
    expect(facts).toMatchObject({ volumes: { known: expect.arrayContaining([expect.objectContaining(root)]) } });
  });

  it('are plain where nothing lies between a disk and its files', () => {
    const { outputs } = system.observe(['linux/block-devices']);
    const list = outputs['linux/block-devices'];
    expect(list).toMatchObject({ kind: 'output', exitCode: 0 });
  });

  it('have no secure boot without UEFI, and no tag without a description of the machine', () => {
    const isUefi = system.sh('ls /sys/firmware').includes('efi');
    if (!isUefi)
      expect(factsOf('configuration', ['linux/secure-boot'])).toMatchObject({ secureBoot: { known: 'off' } });
    const tag = factsOf('asset-tag', ['linux/enclosure']);
    if (system.sh('ls /sys/class').includes('dmi'))
      expect(tag).toMatchObject({ assetTag: { known: expect.anything() } });
    else expect(tag).toMatchObject({ assetTag: { unknown: 'source-missing' } });
  });
});

describe.skipIf(noSystem !== undefined)('accounts', () => {
  it('are those of people, and the administrators those of the groups', () => {
    const ids = ['linux/administrators', 'linux/accounts'];
    expect(JSON.stringify(factsOf('accounts', ids))).not.toContain('alice');
    system.sh('useradd --create-home --shell /bin/bash alice && usermod --append --groups sudo alice');
    const facts = factsOf('accounts', ids);
    expect(facts).toMatchObject({
      administrators: { known: expect.arrayContaining([{ name: 'alice', aliases: [] }]) },
      local: { known: expect.arrayContaining([{ name: 'alice', aliases: [] }]) },
      guest: { known: 'off' },
    });
    system.sh('gpasswd --delete alice sudo');
    expect(factsOf('accounts', ids)).toMatchObject({ administrators: { known: [] } });
  });
});

const firewall = () => {
  const facts = factsOf('firewall', ['linux/firewall']) as { profiles: { known: unknown[] } };
  return facts.profiles.known[0];
};

withPackages('a firewall', ['firewalld', 'ufw', 'nftables'], () => {
  it('is off where there is none', () => expect(firewall()).toMatchObject({ enabled: { known: false } }));

  it('is on where ufw is enabled, and its rule for the rest is told', () => {
    const stop = setUp.ufw(system);
    expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
    system.sh('ufw default allow incoming');
    expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'allow' } });
    stop();
  });

  it('is off where ufw’s service runs and it was not enabled', () => {
    system.sh('systemctl start ufw');
    expect(firewall()).toMatchObject({ enabled: { known: false } });
    system.sh('systemctl stop ufw');
  });

  it('is on where nftables has rules, and off where its service has loaded none', () => {
    const stop = setUp.nftables(
      system,
      'chain input { type filter hook input priority 0; policy drop; ct state established accept; }',
    );
    expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
    system.sh('nft flush ruleset');
    expect(firewall()).toMatchObject({ enabled: { known: false } });
    stop();
  });

  it('is on where firewalld runs, which lets nothing else in but in a trusted zone', async () => {
    const stop = await setUp.firewalld(system);
    expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
    system.sh('firewall-cmd --quiet --set-default-zone=trusted');
    expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { unknown: 'not-told' } });
    stop();
  });

  it('is not told where only root may see its rules', () => {
    const facts = factsOf('firewall', ['linux/firewall'], 65_534);
    expect(facts).toMatchObject({ profiles: { known: [{ enabled: { unknown: 'access-denied' } }] } });
  });
});

const desktop = ['libglib2.0-bin', 'gsettings-desktop-schemas', 'dconf-gsettings-backend', 'dconf-service'] as const;
withPackages('the screen lock', [...desktop, 'dbus-user-session', 'libpam-systemd', 'libkf5config-bin'], () => {
  const lock = (as = 0) => factsOf('screen-lock', ['linux/screen-lock'], as);

  it('is nobody’s where nobody is at the screen', () =>
    expect(lock()).toMatchObject({ locksAfterSeconds: { unknown: 'nobody-signed-in' } }));

  it('is GNOME’s own before anything was set, and what the person has set', async () => {
    const person = await setUp.desktop(system, 'gnome');
    expect(lock()).toEqual({ locksAfterSeconds: { known: 300 }, asksPassword: { known: true } });
    person.runs('gsettings set org.gnome.desktop.session idle-delay 240');
    person.runs('gsettings set org.gnome.desktop.screensaver lock-delay 30');
    expect(lock()).toEqual({ locksAfterSeconds: { known: 270 }, asksPassword: { known: true } });
    expect(lock(person.uid)).toEqual(lock());
    expect(lock(65_534)).toMatchObject({ locksAfterSeconds: { unknown: 'source-failed' } });
    person.runs('gsettings set org.gnome.desktop.session idle-delay 0');
    expect(lock()).toMatchObject({ locksAfterSeconds: { known: null } });
    person.runs('gsettings set org.gnome.desktop.screensaver lock-enabled false');
    expect(lock()).toEqual({ locksAfterSeconds: { known: null }, asksPassword: { known: false } });
    await person.leaves();
  });

  it('is KDE’s, in minutes', async () => {
    const person = await setUp.desktop(system, 'KDE');
    expect(lock()).toEqual({ locksAfterSeconds: { known: 305 }, asksPassword: { known: true } });
    person.runs('kwriteconfig5 --file kscreenlockerrc --group Daemon --key Timeout 10');
    expect(lock()).toMatchObject({ locksAfterSeconds: { known: 605 } });
    person.runs('kwriteconfig5 --file kscreenlockerrc --group Daemon --key Autolock false');
    expect(lock()).toEqual({ locksAfterSeconds: { known: null }, asksPassword: { known: true } });
    await person.leaves();
  });
});

withPackages('the council’s network', ['network-manager'], () => {
  const place = () => {
    read.add('linux/network');
    return system.observe(['linux/network']);
  };

  it('is where a profile of the zone council is connected', async () => {
    await setUp.networkManager(system);
    expect(place().onCouncilNetwork).toEqual({ unknown: 'not-told' });
    system.sh(
      'nmcli connection add type ethernet ifname wire0 con-name "Town Hall" connection.zone council autoconnect no ipv4.method manual ipv4.addresses 192.0.2.5/24 ipv6.method disabled',
    );
    expect(place().onCouncilNetwork).toEqual({ known: false });
    system.sh('nmcli connection up "Town Hall"');
    const observed = place();
    expect(observed.onCouncilNetwork).toEqual({ known: true });
    expect(JSON.stringify(observed)).not.toContain('Town Hall');
    // Nobody answers DHCP there.
    system.sh(
      'nmcli connection modify "Town Hall" ipv4.method auto ipv4.addresses "" && nmcli --wait 0 connection up "Town Hall"',
    );
    expect(place().onCouncilNetwork).toEqual({ unknown: 'not-told' });
    system.sh('nmcli connection delete "Town Hall"');
  });

  it('is not told where NetworkManager does not run', () => {
    system.sh('systemctl stop NetworkManager');
    expect(place().onCouncilNetwork).toMatchObject({ unknown: 'source-failed' });
  });
});

withPackages('protection from malware', ['clamav', 'clamav-daemon'], () => {
  const products = () =>
    (factsOf('malware-protection', ['linux/clamav', 'linux/mdatp', 'linux/services']) as { products: unknown })
      .products;

  it('is a ClamAV that knows of nothing before signatures were fetched', () =>
    expect(products()).toMatchObject({
      known: [
        {
          name: 'ClamAV',
          realTime: { unknown: 'not-told' },
          signaturesAt: { unknown: 'not-told' },
          upToDate: { known: false },
        },
      ],
    }));

  it('scans as files are opened while both of its services run', async () => {
    await setUp.onAccessScanner(system);
    expect(products()).toMatchObject({ known: [{ name: 'ClamAV', realTime: { known: true } }] });
    system.sh('systemctl stop clamav-clamonacc');
    expect(products()).toMatchObject({ known: [{ realTime: { unknown: 'not-told' } }] });
    system.sh('systemctl stop clamav-daemon.socket clamav-daemon');
  });
});

withPackages('updates by apt', ['unattended-upgrades'], () => {
  const ids = [
    'linux/os',
    'linux/apt-pending',
    'linux/apt-freshness',
    'linux/dnf-advisories',
    'linux/restart-required',
  ];

  it('are those that wait, and a restart is needed once a kernel has come', () => {
    expect(factsOf('patches', ids)).toMatchObject({
      missing: { known: expect.any(Array) },
      listsUpdatedAt: { known: expect.any(Number) },
      restartRequired: { known: false },
      system: { known: { label: expect.stringMatching(/^Debian /) } },
    });
    // What dpkg does when it has installed one.
    system.sh('DPKG_MAINTSCRIPT_PACKAGE=linux-image run-parts /etc/kernel/postinst.d');
    expect(factsOf('patches', ids)).toMatchObject({ restartRequired: { known: true } });
    expect(answerOf('linux/restart-required')).toEqual({ Required: true, Packages: ['linux-image'] });
  });
});

withPackages('updates by dnf', ['dnf', 'rpm', 'createrepo-c'], () => {
  const missing = () =>
    (factsOf('patches', ['linux/os', 'linux/dnf-advisories']) as { missing: { known: unknown[] } }).missing;

  it('are not told without a repository, and none where it has no advisory', () => {
    setUp.fedora(system);
    expect(missing()).toMatchObject({ unknown: 'not-understood' });
    setUp.repository(system);
    // Fetched just now, and then not.
    expect(missing()).toEqual({ known: [] });
    expect(missing()).toEqual({ known: [] });
  });

  it('are its advisories, and not told where it is gone', () => {
    setUp.advisory(system);
    expect(missing()).toMatchObject({
      known: [{ id: 'COUNCIL-2026:1', title: 'COUNCIL-2026:1 minutes-2-1.noarch', severity: 'high', security: true }],
    });
    system.sh('rm -r /srv/repository /var/cache/dnf');
    expect(missing()).toMatchObject({ unknown: 'source-failed' });
  });
});

withPackages('printing', ['cups-daemon', 'cups-client', 'cups-filters', 'printer-driver-cups-pdf'], () => {
  it('is told by the scheduler that listens where Debian’s does, and by its logs', async () => {
    await setUp.printedPage(system, 'Named after a person');
    const ids = ['linux/printers', 'linux/print-jobs', 'linux/page-log', 'linux/page-log-older'];
    for (const id of ids) read.add(id);
    const { outputs } = system.observe(ids);
    expect(JSON.stringify(factsOf('printing', ['linux/printers']))).toContain('office');
    expect(outputs['linux/print-jobs']).toMatchObject({
      stdout: expect.stringMatching(/"HistoryKept":true,"Jobs":\[\{"Id":1,"State":9,"Queue":"office"/),
    });
    expect(JSON.stringify(outputs['linux/print-jobs'])).not.toContain('person');
    for (const id of ['linux/page-log', 'linux/page-log-older'])
      expect(outputs[id]).toMatchObject({ stdout: expect.stringMatching(/^office root 1 \[/) });
  });
});

it('leaves no source of Linux out but those that are named', () => {
  const here = noSystem === undefined ? read : new Set<string>();
  const missing = LINUX_SOURCES.filter(({ id }) => !here.has(id) && !(id in SHOWN_ELSEWHERE)).map(({ id }) => id);
  const lines = [
    ...[...here].toSorted().map((id) => `run here: ${id}`),
    ...Object.entries(SHOWN_ELSEWHERE).map(([id, where]) => `run elsewhere: ${id} (${where})`),
    ...missing.map((id) => `not run now: ${id} (${noSystem ?? 'its packages are missing'})`),
    ...Object.entries(NOT_RUN).map(([what, reason]) => `not run: ${what} (${reason})`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (noSystem === undefined && whySkipped() === undefined) expect(missing).toEqual([]);
});
