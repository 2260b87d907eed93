import type { Update } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { patchesLinux } from '../../src/collectors/patches/linux.ts';
import dates from '../../src/collectors/patches/support-dates.json' with { type: 'json' };
import { linuxSupport } from '../../src/collectors/patches/support.ts';
import { factsOf, printed, type Told } from './outputs.ts';

interface Facts {
  missing: { known: Update[] } | { unknown: string };
  listsUpdatedAt: { known: number } | { unknown: string };
  restartRequired: object;
  system: object;
}
const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_ID="12"\n';
const fedora = 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=44\n';
const facts = (told: Told, now = 0) => factsOf<Facts>(patchesLinux, { 'linux/os': debian, ...told }, now);
const updates = (told: Told) => {
  const { missing } = facts(told);
  return 'known' in missing
    ? missing.known.map(({ id, severity, security }) => [id, severity, security])
    : missing.unknown;
};

const head = 'Reading package lists...\nCalculating upgrade...\n';
const apt = (sums: string, ...lines: string[]) =>
  `${head}${lines.filter((line) => !/^(Inst|Conf)/.test(line)).join('')}${sums}\n${lines.filter((line) => /^(Inst|Conf)/.test(line)).join('')}`;
const inst = (name: string, origins: string) => `Inst ${name} [1.0-1] (1.0-2 ${origins} [amd64]) []\n`;

describe('missing updates by apt', () => {
  it('are security updates where any of their suites is one', () => {
    const text = apt(
      '4 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.',
      inst('a', 'Debian:12.5/stable'),
      inst('b', 'Debian:12.5/stable, Debian-Security:12/stable-security'),
      inst('c', 'Ubuntu:24.04/noble-updates'),
      inst('d', 'UbuntuESMApps:24.04/noble-apps-security'),
      'Inst e (6.1 Debian-Security:12/stable-security [amd64])\n',
      'Conf a (1.0-2 Debian:12.5/stable [amd64])\n',
    );
    expect(updates({ 'linux/apt-pending': text })).toEqual([
      ['b', 'unknown', true],
      ['d', 'unknown', true],
      ['e', 'unknown', true],
    ]);
  });

  it('include what is kept back, which may mend anything, and what is phased, which does not', () => {
    const text = apt(
      '0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.',
      'The following packages have been kept back:\n  linux-image-amd64\n  linux-headers-amd64\n',
      'The following upgrades have been deferred due to phasing:\n  wget\n',
    );
    expect(updates({ 'linux/apt-pending': text })).toEqual([
      ['linux-image-amd64', 'unknown', true],
      ['linux-headers-amd64', 'unknown', true],
    ]);
  });

  it('are none where apt’s sums say so', () => {
    expect(
      updates({ 'linux/apt-pending': apt('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.') }),
    ).toEqual([]);
  });

  it.each([
    ['nothing printed', '', 'not-understood'],
    [
      'a list that is shorter than its sum',
      apt('2 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.', inst('a', 'x:1/y')),
      'not-understood',
    ],
    ['a failure', printed('', { exitCode: 100, stderr: 'E: broken' }), 'source-failed'],
  ])('cannot be told from %s', (_what, result, reason) =>
    expect(updates({ 'linux/apt-pending': result })).toBe(reason),
  );
});

describe('missing updates by dnf', () => {
  const advisory = {
    name: 'FEDORA-2026-1',
    type: 'security',
    severity: 'Important',
    nevra: 'bind-9-1.fc44.x86_64',
    buildtime: '2026-05-04 10:11:12',
  };
  const dnf = (output: unknown, os = fedora) => ({
    'linux/os': os,
    'linux/dnf-advisories': output,
    'linux/apt-pending': 'x',
  });

  it('are one an advisory, with its severity and date', () => {
    const rows = [
      advisory,
      { ...advisory, nevra: 'bind-libs-9-1.fc44.x86_64' },
      { ...advisory, name: 'FEDORA-2026-2', severity: 'None', buildtime: 1_770_000_000 },
    ];
    expect(facts(dnf(rows)).missing).toEqual({
      known: [
        {
          id: 'FEDORA-2026-1',
          title: 'FEDORA-2026-1 bind-9-1.fc44.x86_64',
          severity: 'high',
          security: true,
          releasedAt: Date.UTC(2026, 4, 4, 10, 11, 12),
        },
        {
          id: 'FEDORA-2026-2',
          title: expect.any(String),
          severity: 'unknown',
          security: true,
          releasedAt: 1_770_000_000_000,
        },
      ],
    });
  });

  it('are the security rows of dnf4’s text', () => {
    const text =
      'Updating Subscription Management repositories.\nRHSA-2026:1 Critical/Sec. a-1.x86_64\nRHSA-2026:1 Critical/Sec. b-1.x86_64\nRHBA-2026:2 bugfix c-1.x86_64\nRHSA-2026:3 Moderate/Sec. d-1.x86_64\n';
    expect(updates(dnf(text, 'ID="rhel"\nVERSION_ID="9.4"\n'))).toEqual([
      ['RHSA-2026:1', 'critical', true],
      ['RHSA-2026:3', 'medium', true],
    ]);
  });

  it('are none where there are none, but not where none are published', () => {
    expect(updates(dnf([]))).toEqual([]);
    const none = 'Last metadata expiration check: 0:12:34 ago on Fri Nov 20 08:00:00 2026.\n';
    expect(updates(dnf(none))).toEqual([]);
    const fetched = `${'council'.padEnd(48)}251 kB/s | 257  B     00:00    \n`;
    expect(updates(dnf(fetched))).toEqual([]);
    expect(updates(dnf(none, 'ID="centos"\nVERSION_ID="9"\n'))).toBe('not-told');
    expect(updates(dnf(''))).toBe('not-understood');
  });

  it('cannot be told where a repository was left out or the answer was cut short', () => {
    expect(updates(dnf(printed('[]', { stderr: 'Ignoring repositories: updates' })))).toBe('source-failed');
    expect(updates(dnf('[{"name": "FEDORA'))).toBe('not-understood');
    expect(updates(dnf('FEDORA-2026-1 Important/Sec.'))).toBe('not-understood');
  });

  it('are as fresh as the answer, as dnf fetches its lists itself', () => {
    expect(facts(dnf([]), 77).listsUpdatedAt).toEqual({ known: 77 });
  });
});

describe('the age of the lists and the need of a restart', () => {
  it('are what the probes tell', () => {
    const told = {
      'linux/apt-freshness': { ListsUpdatedAt: '1970-01-01T00:00:01Z' },
      'linux/restart-required': { Required: true, Packages: null },
    };
    expect(facts(told)).toMatchObject({ listsUpdatedAt: { known: 1000 }, restartRequired: { known: true } });
  });

  it('are unknown where nothing tells', () => {
    const told = { 'linux/apt-freshness': { ListsUpdatedAt: null }, 'linux/restart-required': { Required: null } };
    expect(facts(told)).toMatchObject({
      listsUpdatedAt: { unknown: 'source-missing' },
      restartRequired: { unknown: 'not-told' },
    });
    expect(facts({ 'linux/restart-required': {} })).toMatchObject({ restartRequired: { unknown: 'not-understood' } });
  });
});

describe('the support of a system', () => {
  it.each([
    ['ID=debian\nVERSION_ID="12"', 'Debian 12', '2028-06-30'],
    ['ID=ubuntu\nVERSION_ID="24.04"', 'Ubuntu 24.04', '2029-05-31'],
    ['ID="rhel"\nVERSION_ID="9.4"', 'Red Hat Enterprise Linux 9', '2032-05-31'],
    ['ID="rocky"\nVERSION_ID="9.4"', 'Rocky Linux 9', '2032-05-31'],
    ["ID='fedora'\nVERSION_ID=43", 'Fedora 43', '2026-12-09'],
  ])('%j ends with what is free to all', (text, label, ends) => {
    expect(linuxSupport(text)).toEqual({ known: { label, ends } });
  });

  it('of Mint’s Debian edition is not that of the old Mint with its number', () => {
    expect(linuxSupport('NAME="LMDE"\nID=linuxmint\nVERSION_ID="6"\n')).toMatchObject({
      known: { ends: '2026-01-01' },
    });
  });

  it.each(['ID=debian', 'ID=arch', 'ID=debian\nVERSION_ID="1"', 'ID=ubuntu\nVERSION_ID="24.0'])(
    'is unknown of %j',
    (text) => {
      expect(linuxSupport(text)).toMatchObject({ unknown: 'not-in-support-list' });
    },
  );

  it('rests on dates that all are dates, or on none where no end has been set', () => {
    expect(dates.rows.filter(({ ends }) => ends !== null && !/^\d{4}-\d{2}-\d{2}$/.test(ends))).toEqual([]);
    expect(dates.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});
