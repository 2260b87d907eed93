/** What findings, states and breaches of the council are about, as Dacorum's policy has it. */
export interface AboutRule {
  readonly rule: string;
  readonly clause: string;
  readonly check: string;
  readonly duty: 'ict' | 'holder';
  readonly severity: string;
  readonly kind: 'state' | 'event';
  readonly subjects: readonly string[];
  readonly observed: string;
}

const state = { duty: 'ict', kind: 'state', subjects: ['device'] } as const;

export const RULES: readonly AboutRule[] = [
  {
    ...state,
    rule: 'laptop-encryption',
    clause: '5.9',
    check: 'disk-encryption',
    severity: 'critical',
    subjects: ['C:', 'D:'],
    observed: '{"state":"off","method":"XTS-AES-256","percent":100}',
  },
  {
    ...state,
    rule: 'security-updates',
    clause: '5.5',
    check: 'patches',
    severity: 'high',
    observed: '{"overdue":2,"restartRequired":true,"titles":["2026-11 Cumulative Update for Windows 11 (KB5060001)"]}',
  },
  {
    ...state,
    rule: 'malware-protection',
    clause: '5.5',
    check: 'malware-protection',
    severity: 'high',
    observed: '{"product":"Microsoft Defender","realTime":"off"}',
  },
  {
    ...state,
    rule: 'local-administrators',
    clause: '5.4',
    check: 'accounts',
    severity: 'high',
    observed: '{"administrators":["Administrator","Device Admins"]}',
  },
  {
    ...state,
    rule: 'accounts-of-others',
    clause: '5.4',
    check: 'accounts',
    severity: 'high',
    observed: '{"accounts":1}',
  },
  { ...state, rule: 'firewall', clause: '5.5', check: 'firewall', severity: 'high', observed: '{"profile":"public"}' },
  {
    ...state,
    rule: 'secure-configuration',
    clause: '5.5',
    check: 'configuration',
    severity: 'medium',
    observed: '{"item":"secure-boot","state":"off"}',
  },
  {
    ...state,
    rule: 'asset-tag',
    clause: '5.6',
    check: 'asset-tag',
    severity: 'medium',
    observed: '{"assetTag":"DBC-00017"}',
  },
  {
    ...state,
    rule: 'agent-health',
    clause: '5.6',
    check: 'agent-health',
    severity: 'medium',
    observed: '{"dropped":0}',
  },
  {
    rule: 'memory-sticks',
    clause: '5.9',
    check: 'removable-media',
    duty: 'holder',
    severity: 'high',
    kind: 'event',
    subjects: ['0781AABB1204', '0951FFEE0002', 'CAFE0001'],
    observed: '{"kind":"storage","model":"SanDisk Ultra","bytes":31000000000,"encrypted":false}',
  },
  {
    rule: 'home-printing',
    clause: '5.14',
    check: 'printing',
    duty: 'holder',
    severity: 'high',
    kind: 'event',
    subjects: ['At home', 'Canon TS3300'],
    observed: '{"printer":"other","reach":"network","target":"ipp://canon.local/ipp/print","pages":3}',
  },
];

export const EVENT_RULES = RULES.filter(({ kind }) => kind === 'event');
export const STATE_RULES = RULES.filter(({ kind }) => kind === 'state');
