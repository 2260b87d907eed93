import type { Source } from '../source.ts';

export const os: Source = {
  id: 'macos/os',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/bin/sw_vers'], args: [] },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 65_536,
  why: 'Says which macOS this is, to know until when it gets security updates.',
};

export const updates: Source = {
  id: 'macos/updates',
  platform: 'darwin',
  // Without --no-scan it asks Apple, which takes minutes and is the system's own business, once a day.
  reads: { kind: 'command', files: ['/usr/sbin/softwareupdate'], args: ['--list', '--no-scan'] },
  privilege: 'none',
  timeLimitMs: 120_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists updates that are waiting. Nothing is installed.',
  heavy: {
    changesWith: ['/Library/Preferences/com.apple.SoftwareUpdate.plist', '/Library/Receipts/InstallHistory.plist'],
  },
};

export const updateState: Source = {
  id: 'macos/update-state',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/bin/plutil'],
    args: ['-convert', 'xml1', '-o', '-', '/Library/Preferences/com.apple.SoftwareUpdate.plist'],
  },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 1_048_576,
  why: 'Says when this Mac last looked for updates, as an old list cannot say that nothing is missing.',
};

export const installHistory: Source = {
  id: 'macos/install-history',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/sbin/system_profiler'], args: ['-json', 'SPInstallHistoryDataType'] },
  privilege: 'none',
  timeLimitMs: 60_000,
  outputLimitBytes: 8_388_608,
  why: 'Says when updates of Apple’s, such as its malware signatures, last came. What else was installed is not kept.',
  heavy: { changesWith: ['/Library/Receipts/InstallHistory.plist'] },
  masked: appleOnly,
};

/** What else has been installed is not looked at. */
function appleOnly(output: string): string {
  const history: unknown = JSON.parse(output);
  const rows =
    typeof history === 'object' && history !== null && 'SPInstallHistoryDataType' in history
      ? history.SPInstallHistoryDataType
      : undefined;
  if (!Array.isArray(rows)) throw new Error('not a history');
  const isApples = (row: unknown) =>
    typeof row === 'object' && row !== null && 'package_source' in row && row.package_source === 'package_source_apple';
  return JSON.stringify({ SPInstallHistoryDataType: rows.filter(isApples) });
}
