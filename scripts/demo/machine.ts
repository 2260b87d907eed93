import { iso, type Job, known, type Medium, type Observation, type Queue, unknown } from '@beadle/shared';
import type { Member, Trait } from './fleet.ts';
import type { System } from './systems.ts';

type Update = { id: string; title: string; severity: 'critical' | 'high'; security: boolean; releasedAt: number };
type Account = { name: string; aliases: string[] };

/** What a made-up device shows, as its collectors would tell it; the history changes it. */
export interface Machine {
  system: System;
  readonly traits: ReadonlySet<Trait>;
  serial: string;
  encryption: 'on' | 'off' | 'suspended';
  /** Media with something in them. */
  present: Medium[];
  queues: Queue[];
  /** Finished since the last look. */
  jobs: Job[];
  missing: Update[];
  listsAt: number;
  realTime: boolean;
  signaturesAt: number;
  administrators: Account[];
  localAccounts: Account[];
  firewall: boolean;
  secureBoot: boolean;
  onCouncilNetwork: boolean;
}

const queueOf = (name: string, target: string, reach: Queue['reach'] = 'network'): Queue => ({ name, target, reach });
export const COUNCIL_QUEUE = queueOf('FollowMe', String.raw`\\print01.hartsmere.example\FollowMe`);

/** The printer at somebody's home: no two have the same. */
export function homePrinterOf({ serial }: Pick<Member, 'serial'>, number: number): Queue {
  const printers = [
    queueOf('HP DeskJet 2700', `usb://HP/DeskJet%202700?serial=CN${serial}`, 'local'),
    queueOf('Canon TS5300', `ipp://Canon${serial}.local:631/ipp/print`),
    queueOf('EPSON XP-4200', `ipp://EPSON${serial}.local:631/ipp/print`),
    queueOf('Brother HL-L2400', `usb://Brother/HL-L2400DW?serial=${serial}`, 'local'),
  ] as const;
  return printers[number % printers.length] ?? printers[0];
}

const STICKS = ['SanDisk Ultra', 'Kingston DataTraveler 3.0', 'Integral Courier', 'Samsung BAR Plus'] as const;

export const stickOf = (
  number: number,
  serial = `AA0${(4_489 + number * 7_919).toString(16).toUpperCase()}`,
): Medium => ({
  subject: serial,
  serial,
  kind: 'storage',
  model: STICKS[number % STICKS.length] ?? STICKS[0],
  bytes: 31_004_295_168,
  encrypted: known(false),
});

export const accountNamed = (name: string): Account => ({ name, aliases: [name.split('\\').at(-1) ?? name] });

export function newMachine({ serial, system, traits, holder }: Member, at: number): Machine {
  const administrator = {
    name: `${serial}\\Administrator`,
    aliases: ['S-1-5-21-1004336348-1177238915-682003330-500', 'root'],
  };
  const own = `HARTSMERE\\${holder?.account ?? 'trainer'}`;
  return {
    system,
    traits,
    serial,
    encryption: 'on',
    present: [],
    queues: [COUNCIL_QUEUE, ...(traits.has('home-queue') ? [homePrinterOf({ serial }, 1)] : [])],
    jobs: [],
    missing: [],
    listsAt: at,
    realTime: true,
    signaturesAt: at,
    administrators: [administrator, ...(traits.has('own-administrator') ? [accountNamed(own)] : [])],
    localAccounts: [administrator],
    firewall: true,
    secureBoot: true,
    onCouncilNetwork: true,
  };
}

/** One document of two pages, finished now. */
export const printOn = (machine: Machine, queue: Queue, at: number): void =>
  void machine.jobs.push({
    at: iso(at),
    id: Math.floor(at / 1000),
    queue: queue.name,
    target: known(queue),
    sheets: 2,
  });

/** An update that was released then, and that fails to install. */
export const updateOf = (releasedAt: number): Update => {
  const id = `KB50${60_000 + (Math.floor(releasedAt / 86_400_000) % 9_999)}`;
  const title = `${iso(releasedAt).slice(0, 7)} Cumulative Update for Windows 11 (${id})`;
  return { id, title, severity: 'critical', security: true, releasedAt };
};

const facts = (value: object, events: readonly unknown[] = []): Observation => ({ facts: known(value), events });

const volumesOf = ({ system, traits, encryption }: Machine) => {
  const name = system.platform === 'win32' ? 'C:' : '/';
  const state = traits.has('encryption-denied') ? unknown('access-denied') : known(encryption);
  const first = {
    name,
    role: 'system',
    state,
    method: system.encryption,
    percent: encryption === 'on' ? 100 : 0,
  } as const;
  const second = { name: 'D:', role: 'data', state: unknown('locked'), method: null, percent: null } as const;
  return [first, ...(traits.has('locked-volume') ? [second] : [])];
};

const FACTS: Readonly<Record<string, (machine: Machine) => Observation>> = {
  'disk-encryption': (machine) => facts({ volumes: known(volumesOf(machine)) }),
  'removable-media': ({ present }) => facts({ present: known(present), phones: known('told') }),
  printing: ({ queues, jobs, traits }) =>
    facts(
      { queues: known(queues), jobs: traits.has('print-log-off') ? unknown('log-disabled') : known('told') },
      jobs.splice(0, jobs.length),
    ),
  patches: ({ missing, listsAt, system: { label, ends }, traits }) =>
    facts({
      missing: known(missing),
      listsUpdatedAt: known(traits.has('stale-lists') ? listsAt - 30 * 86_400_000 : listsAt),
      restartRequired: known(false),
      system: known({ label, ends }),
    }),
  'malware-protection': ({ realTime, signaturesAt, system: { platform, product } }) => {
    const watches = platform === 'linux' ? unknown('not-told') : known(realTime);
    const one = { name: product, realTime: watches, signaturesAt: known(signaturesAt), upToDate: unknown('not-told') };
    return facts({ products: known([one]) });
  },
  accounts: ({ administrators, localAccounts }) =>
    facts({ administrators: known(administrators), guest: known('off'), local: known(localAccounts) }),
  configuration: ({ secureBoot, system: { platform } }) =>
    facts({
      autorun: known(platform === 'win32' ? 'off' : 'absent'),
      secureBoot: platform === 'darwin' ? unknown('not-told') : known(secureBoot ? 'on' : 'off'),
    }),
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
  onCouncilNetwork: () => known(machine.onCouncilNetwork),
});
