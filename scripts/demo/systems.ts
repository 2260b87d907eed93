import type { Host } from '../../packages/agent/src/host/host.ts';

/** An operating system as the agent tells it; the ends of support are those of support-dates.json. */
export interface System extends Pick<Host, 'platform' | 'release'> {
  readonly label: string;
  /** The last day of support; null where no end has been set. */
  readonly ends: string | null;
  /** What protects it from malware. */
  readonly product: string;
  readonly encryption: string;
}

const windows = (label: string, build: number, ends: string): System => ({
  platform: 'win32',
  release: `10.0.${build}`,
  label,
  ends,
  product: 'Microsoft Defender Antivirus',
  encryption: 'XTS-AES-256',
});

export const SYSTEMS = {
  windows25: windows('Windows 11 25H2 (E)', 26_200, '2028-10-10'),
  windows24: windows('Windows 11 24H2 (E)', 26_100, '2027-10-12'),
  windows10: windows('Windows 10 22H2', 19_045, '2025-10-14'),
  mac: {
    platform: 'darwin',
    release: '25.1.0',
    label: 'macOS 26',
    ends: null,
    product: 'Microsoft Defender for Endpoint',
    encryption: 'FileVault',
  },
  linux: {
    platform: 'linux',
    release: '6.12.57+deb13-amd64',
    label: 'Debian 13',
    ends: '2030-06-30',
    product: 'ClamAV',
    encryption: 'luks2',
  },
} as const satisfies Record<string, System>;
