import type { Files, Source } from '../source.ts';

const LISTS = '/var/lib/apt/lists';

export const aptPending: Source = {
  id: 'linux/apt-pending',
  platform: 'linux',
  reads: { kind: 'command', files: ['/usr/bin/apt-get'], args: ['-s', '-o', 'Debug::NoLocking=1', 'upgrade'] },
  privilege: 'none',
  timeLimitMs: 60_000,
  outputLimitBytes: 4_194_304,
  why: 'Lists updates that are waiting. It only tries what an update would do and installs nothing.',
  heavy: {
    changesWith: [
      '/var/lib/dpkg/status',
      LISTS,
      '/var/cache/apt/pkgcache.bin',
      '/etc/apt/preferences.d',
      '/etc/apt/apt.conf.d',
    ],
  },
};

/**
 * The stamp of the last successful fetch; where nothing writes one, the folder that apt works in while fetching. The
 * lists' own times are the server's and say when a release was made. No lists at all were never fetched.
 */
async function listsUpdatedAt(files: Files): Promise<{ ListsUpdatedAt: string | null }> {
  const names = await files.list(LISTS);
  if (!names.some((name) => /Release$|Packages/.test(name))) return { ListsUpdatedAt: null };
  const stamp = files.modifiedAt('/var/lib/apt/periodic/update-success-stamp');
  const at = await stamp.catch(() => files.modifiedAt(`${LISTS}/partial`));
  return { ListsUpdatedAt: new Date(at).toISOString() };
}

export const aptFreshness: Source = {
  id: 'linux/apt-freshness',
  platform: 'linux',
  reads: { kind: 'probe', what: `when ${LISTS} was last fetched`, run: listsUpdatedAt },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 4_096,
  why: 'Says how old the list of updates is, as an old one cannot say that nothing is missing.',
};

export const dnfAdvisories: Source = {
  id: 'linux/dnf-advisories',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/dnf5', '/usr/bin/dnf'],
    args: ['advisory', 'list', '--security', '--json'],
    // dnf4 knows neither the command nor JSON.
    retry: {
      onStderr: /no such command|unrecognized arguments|unknown argument/i,
      // Not -q: where nothing waits it would say nothing at all, like one that failed.
      args: ['updateinfo', 'list', '--security', '--available'],
    },
  },
  privilege: 'root',
  timeLimitMs: 120_000,
  outputLimitBytes: 4_194_304,
  why: 'Lists security updates that are waiting, on Fedora, Red Hat and their kin. Nothing is installed.',
  heavy: { changesWith: ['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/var/cache/dnf', '/var/cache/libdnf5'] },
};

/** What would write the note: without any of these, a missing note tells nothing. */
const WRITERS = [
  '/usr/share/update-notifier/notify-reboot-required',
  '/etc/kernel/postinst.d/unattended-upgrades',
  '/etc/kernel/postinst.d/update-notifier',
];

async function restartNote(files: Files): Promise<{ Required: boolean | null; Packages: readonly string[] | null }> {
  const exists = (path: string) =>
    files.modifiedAt(path).then(
      () => true,
      () => false,
    );
  if (await exists('/run/reboot-required')) {
    const packages = await files.readText('/run/reboot-required.pkgs').catch(() => null);
    return { Required: true, Packages: packages?.split('\n').filter((line) => line !== '') ?? null };
  }
  const isWritten = (await Promise.all(WRITERS.map(exists))).includes(true);
  return { Required: isWritten ? false : null, Packages: null };
}

export const restartRequired: Source = {
  id: 'linux/restart-required',
  platform: 'linux',
  reads: { kind: 'probe', what: '/run/reboot-required and what would write it', run: restartNote },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 65_536,
  why: 'Says whether a restart is needed to finish an update.',
};

export const osRelease: Source = {
  id: 'linux/os',
  platform: 'linux',
  reads: { kind: 'file', path: '/etc/os-release' },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 65_536,
  why: 'Says which system this is, to know until when it gets security updates.',
};
