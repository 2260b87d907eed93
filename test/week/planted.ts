import type { Council } from '../support/council.ts';
import { ACCEPTED, london } from './calendar.ts';
import { type Machine, mediumOf, printOn, queueOf } from './machine.ts';

export interface Planted {
  readonly what: string;
  readonly at: number;
  /** How the officer would come to know of it. `nothing`: must never be shown. */
  readonly by: 'finding' | 'report' | 'silence' | 'nothing';
  /** Of the rule that is to find it; empty where a person tells. */
  readonly rule: string;
  /** What must be among what the officer is shown: lost laptops, sticks and home prints. */
  readonly must: boolean;
  /** The device is off, for good, from then on. */
  readonly silentFrom?: number;
  /** Used, but without the council's server: the VPN does not come up. */
  readonly unreachable?: readonly [from: number, to: number];
  /** An authorisation for the stick that is plugged in, from acceptance until then. */
  readonly authorisedUntil?: number;
  /** Used until three in the morning of this day. */
  readonly lateOn?: string;
  act?(machine: Machine): void;
}

const usbPrinter = queueOf('HP DeskJet 2700', 'usb://HP/DeskJet%202700?serial=CN0A1B2C3D', 'local');
const homePrinter = queueOf('Canon TS5300', 'ipp://Canon0A1B2C.local:631/ipp/print');

const prints = (queue: typeof usbPrinter, at: number) => (machine: Machine) => {
  machine.queues.push(queue);
  printOn(machine, queue, at);
};
const plugs =
  (serial: string, encrypted = false) =>
  (machine: Machine) =>
    void machine.present.push(mediumOf(serial, 'storage', encrypted));

const stick = { by: 'finding', rule: 'memory-sticks', must: true } as const;
const print = { by: 'finding', rule: 'home-printing', must: true } as const;
const ict = { by: 'finding', must: false } as const;
const nothing = { by: 'nothing', must: false } as const;

const printAt = (what: string, local: string, queue = usbPrinter, more: Partial<Planted> = {}): Planted => {
  const at = london(local);
  return { what, at, ...print, act: prints(queue, at), ...more };
};
const stickAt = (what: string, local: string, serial: string, more: Partial<Planted> = {}): Planted => ({
  what,
  at: london(local),
  ...stick,
  act: plugs(serial),
  ...more,
});

/** What there is to see in this week, and what there is not; each has a device of its own. */
export const PLANTED: readonly Planted[] = [
  {
    what: 'a laptop left on a train, reported by its holder',
    at: london('2026-10-22T19:30'),
    by: 'report',
    rule: '',
    must: true,
    silentFrom: london('2026-10-22T18:30'),
  },
  {
    what: 'a laptop that was lost, of which nobody says a word',
    at: london('2026-10-02T17:00'),
    by: 'silence',
    rule: 'device-not-seen',
    must: true,
    silentFrom: london('2026-10-02T17:00'),
  },
  stickAt('a stick in the office', '2026-10-21T10:30', 'AA01'),
  stickAt('a stick at home', '2026-10-23T14:00', 'AA02'),
  stickAt('a stick on Saturday evening', '2026-10-24T19:30', 'AA03'),
  printAt('a print on a printer on USB', '2026-10-22T11:00'),
  printAt('a print in the hour that comes twice', '2026-10-25T01:30', homePrinter, { lateOn: '2026-10-25' }),
  printAt('a print while the VPN did not come up', '2026-10-21T15:00', homePrinter, {
    unreachable: [london('2026-10-21T12:00'), london('2026-10-22T09:00')],
  }),
  {
    what: 'a laptop whose encryption is switched off',
    at: london('2026-10-23T10:00'),
    ...ict,
    rule: 'laptop-encryption',
    act: (machine) => void (machine.encryption = 'off'),
  },
  {
    what: 'protection that is switched off',
    at: london('2026-10-22T13:00'),
    ...ict,
    rule: 'malware-protection',
    act: (machine) => void (machine.realTime = false),
  },
  stickAt('the stick of an authorisation that has ended', '2026-10-26T09:30', 'EP01', {
    authorisedUntil: london('2026-10-23T12:00'),
    act: plugs('EP01', true),
  }),
  stickAt('an authorised stick that is not encrypted', '2026-10-27T10:00', 'EP02', {
    authorisedUntil: london('2026-11-20T12:00'),
  }),
  stickAt('an authorised stick', '2026-10-23T11:00', 'EP03', {
    ...nothing,
    authorisedUntil: london('2026-11-20T12:00'),
    act: plugs('EP03', true),
  }),
  stickAt('a stick while the policy only watched', '2026-10-19T10:00', 'AA04', nothing),
  {
    what: 'a home printer that adds itself, and no print',
    at: london('2026-10-22T18:00'),
    ...nothing,
    rule: 'home-printing',
    act: (machine) => void machine.queues.push(homePrinter),
  },
  {
    what: 'a telephone that charges',
    at: london('2026-10-22T12:00'),
    ...nothing,
    rule: 'memory-sticks',
    act: (machine) => void machine.present.push(mediumOf('R58N0000001', 'phone')),
  },
];

/** A request by somebody of a role under their name; gives the body of the answer. Throws where it is refused. */
export async function by<T = unknown>(council: Council, role: string, name: string, url: string, payload: object) {
  const { body } = await council.ask<{ token: string }>('POST', '/api/v1/tokens', { role, name });
  const headers = { authorization: `Bearer ${body.token}` };
  const response = await council.app().inject({ method: 'POST', url, payload, headers });
  if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
  return response.json<T>();
}

/** The sticks for the Emergency Plan, as they are asked for and approved on the day of acceptance. */
export async function authorise(council: Council, tags: readonly string[], holders: readonly string[]): Promise<void> {
  for (const [index, { authorisedUntil, act }] of PLANTED.entries()) {
    const holder = holders[index];
    if (authorisedUntil === undefined || act === undefined || holder === undefined) continue;
    const shown = { present: [] as { serial: string | null }[] };
    act(shown as unknown as Machine);
    const { ref } = await by<{ ref: string }>(council, 'worker', holder, '/api/v1/authorisations', {
      kind: 'emergency-plan-stick',
      subject: { devices: [tags[index]] },
      scope: { sticks: shown.present.map(({ serial }) => serial), encryptedOnly: true },
      purpose: 'The Emergency Plan.',
      risks: 'It can be lost.',
      accepted: true,
      validFrom: new Date(ACCEPTED).toISOString(),
      validTo: new Date(authorisedUntil).toISOString(),
    });
    await by(council, 'information-security-team-leader', 'Ann Officer', `/api/v1/authorisations/${ref}/approval`, {});
  }
}
