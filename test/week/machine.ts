import { iso, type Job, known, type Medium, type Observation, type Queue, type Reason, unknown } from '@beadle/shared';

type Update = { id: string; title: string; severity: 'critical' | 'high'; security: boolean; releasedAt: number };
type Account = { name: string; aliases: string[] };

/** What a made-up device shows, as its collectors would tell it; the world changes it. */
export interface Machine {
  serial: string;
  encryption: 'on' | 'off' | 'suspended';
  /** Media with something in them: docks, clickers and empty card readers never are. */
  present: Medium[];
  queues: Queue[];
  /** Finished since the last look. */
  jobs: Job[];
  missing: Update[];
  listsAt: number;
  restartRequired: boolean;
  realTime: boolean;
  signaturesAt: number;
  administrators: Account[];
  firewall: boolean;
  secureBoot: boolean;
  onCouncilNetwork: boolean | Reason;
}

export const queueOf = (name: string, target: string, reach: Queue['reach'] = 'network'): Queue => ({
  name,
  target,
  reach,
});

export const COUNCIL_QUEUE = queueOf('FollowMe', String.raw`\\print01.dacorum.gov.uk\FollowMe`);

export const mediumOf = (serial: string, kind: Medium['kind'] = 'storage', encrypted = false): Medium => ({
  subject: serial,
  serial,
  kind,
  model: kind === 'phone' ? 'Galaxy A54' : 'DataTraveler 3.0',
  bytes: kind === 'phone' ? null : 31_004_295_168,
  encrypted: known(encrypted),
});

export function newMachine(serial: string, at: number): Machine {
  return {
    serial,
    encryption: 'on',
    present: [],
    queues: [COUNCIL_QUEUE],
    jobs: [],
    missing: [],
    listsAt: at,
    restartRequired: false,
    realTime: true,
    signaturesAt: at,
    administrators: [
      { name: `${serial}\\Administrator`, aliases: ['Administrator', 'S-1-5-21-1004336348-1177238915-682003330-500'] },
      { name: 'DACORUM\\Domain Admins', aliases: ['Domain Admins', 'S-1-5-21-397955417-626881126-188441444-512'] },
    ],
    firewall: true,
    secureBoot: true,
    onCouncilNetwork: true,
  };
}

/** One document of a page or two, finished now. */
export const printOn = (machine: Machine, queue: Queue, at: number): void =>
  void machine.jobs.push({ at: iso(at), id: at / 1000, queue: queue.name, target: known(queue), sheets: 2 });

const facts = (value: object, events: readonly unknown[] = []): Observation => ({ facts: known(value), events });

const FACTS: Readonly<Record<string, (machine: Machine) => Observation>> = {
  'disk-encryption': ({ encryption }) =>
    facts({
      volumes: known([{ name: 'C:', role: 'system', state: known(encryption), method: 'XTS-AES-256', percent: null }]),
    }),
  'removable-media': ({ present }) => facts({ present: known(present), phones: known('told') }),
  printing: (machine) =>
    facts({ queues: known(machine.queues), jobs: known('told') }, machine.jobs.splice(0, machine.jobs.length)),
  patches: ({ missing, listsAt, restartRequired }) =>
    facts({
      missing: known(missing),
      listsUpdatedAt: known(listsAt),
      restartRequired: known(restartRequired),
      system: known({ label: 'Windows 11 25H2', ends: '2027-10-12' }),
    }),
  'malware-protection': ({ realTime, signaturesAt }) =>
    facts({
      products: known([
        {
          name: 'Microsoft Defender',
          realTime: known(realTime),
          signaturesAt: known(signaturesAt),
          upToDate: unknown('not-told'),
        },
      ]),
    }),
  accounts: ({ administrators }) =>
    facts({ administrators: known(administrators), guest: known('off'), local: known(administrators.slice(0, 1)) }),
  configuration: ({ secureBoot }) => facts({ autorun: known('off'), secureBoot: known(secureBoot ? 'on' : 'off') }),
  firewall: ({ firewall }) =>
    facts({
      profiles: known([
        { name: 'Domain', active: known(true), enabled: known(firewall), inbound: known('block') },
        { name: 'Public', active: known(false), enabled: known(true), inbound: known('block') },
      ]),
    }),
  'asset-tag': ({ serial }) => facts({ assetTag: known(null), serialNumber: known(serial) }),
};

export const collectorsOf = (machine: Machine) =>
  Object.entries(FACTS).map(([check, collect]) => ({ check, sources: [], collect: () => collect(machine) }));

export const placeOf = (machine: Machine) => ({
  sources: [],
  onCouncilNetwork: () =>
    typeof machine.onCouncilNetwork === 'boolean' ? known(machine.onCouncilNetwork) : unknown(machine.onCouncilNetwork),
});
