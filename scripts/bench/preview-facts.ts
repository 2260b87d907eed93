import { known } from '@beadle/shared';

const DAY_MS = 86_400_000;

const volumes = (number: number) =>
  known([
    { name: 'C:', role: 'system', state: known(number % 40 === 0 ? 'off' : 'on'), method: 'XTS-AES-256', percent: 100 },
    {
      name: 'D:',
      role: 'data',
      state: known(number % 70 === 0 ? 'suspended' : 'on'),
      method: 'XTS-AES-256',
      percent: 100,
    },
  ]);

const updates = (number: number, now: number) =>
  known(
    Array.from({ length: number % 6 }, (_, index) => ({
      id: `KB50600${index}`,
      title: '2026-11 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems',
      severity: index % 2 === 0 ? 'critical' : 'medium',
      security: true,
      releasedAt: now - (number % 30) * DAY_MS,
    })),
  );

const queues = (number: number) =>
  known([
    { name: 'Follow me', target: '\\\\print.dacorum.gov.uk\\FollowMe', reach: 'network' },
    { name: 'Microsoft Print to PDF', target: 'PORTPROMPT:', reach: 'file' },
    ...(number % 20 === 0
      ? [{ name: 'At home', target: `ipp://192.168.1.${number % 250}/ipp`, reach: 'network' }]
      : []),
  ]);

/** What a laptop of a council tells of the checks of its policy, by check: most in order, some not. */
export const factsOfDevice = (number: number, now: number): Readonly<Record<string, unknown>> => ({
  'disk-encryption': { volumes: volumes(number) },
  'removable-media': { present: known([]) },
  printing: { queues: queues(number), jobs: known('told') },
  patches: {
    missing: updates(number, now),
    listsUpdatedAt: known(now - DAY_MS),
    restartRequired: known(number % 12 === 0),
    system: known({ label: 'Windows 11 24H2', ends: '2027-10-12' }),
  },
  'asset-tag': { assetTag: known(`DBC-${String(number).padStart(7, '0')}`), serialNumber: known(`SN${number}`) },
  'agent-health': { enrolled: true, dropped: known(0), clockSkewMs: known(120) },
});
