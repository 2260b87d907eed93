import { createHash } from 'node:crypto';
import { type Account, matchesAny, type PolicyDocument, type PrinterClass, type Rule } from '@beadle/shared';
import type { Seen, SeenPrinter } from './seen.ts';

/** A list of a rule's `require` that an accepted item is added to. */
export const LISTS = ['localAdministrators'] as const;
/** What a policy says of printers; one that is accepted is classified in the register instead, for every policy. */
const PRINTER_LISTS = ['councilPrinters', 'permittedPrinters'] as const;

export interface Addition {
  readonly rule: string;
  readonly list: (typeof LISTS)[number];
  readonly value: string;
}

/** A register that an accepted item is entered in: it holds for the devices of every policy, without a new version. */
export type Entry =
  | { readonly register: 'sticks' }
  | { readonly register: 'printers'; readonly class: Extract<PrinterClass, 'council' | 'permitted'> };

export interface Proposal {
  /** Stays the same for the same thing. */
  readonly id: string;
  readonly kind: 'printer' | 'local-administrator' | 'stick';
  /** An address, an account or a serial number: never a person's name. */
  readonly name: string;
  readonly devices: number;
  /** What whoever decides should know. */
  readonly note: string;
  /** What the policy would say; null where it has no list for it. */
  readonly becomes: Addition | null;
  /** What a register would say; null where none has it. */
  readonly enters: Entry | null;
}

/** What is left out of the proposals, in counts. */
export interface LeftOut {
  /** On the device itself, on too few devices, or at an address that many homes have. */
  homePrinters: number;
  /** On too few devices. */
  accounts: number;
  /** With a holder's name in them. */
  accountsOfPeople: number;
  sticks: number;
}

/** Fewer devices are somebody's. */
export const FEWEST_DEVICES = 3;
const OFTEN = 10;

const idOf = (kind: string, name: string): string =>
  `${kind}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

const listIn = (rule: Rule | undefined, list: string): readonly string[] => {
  const value = rule?.require[list];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

/** Addresses that mean another printer in every home (RFC 1918, 3927, 4193, 6762), and ports that name none. */
const HOME_LIKE =
  /(^|[/@\\])(192\.168\.|169\.254\.|\[?f[cde][0-9a-f]{2}:)|\.local([:/.?\\]|$)|^(wsd|usb|lpt|com|dot4|ip_)/i;
/** Addresses within a network, of which homes have few: as many devices have not one of theirs in common by chance. */
const PRIVATE = /(^|[/@\\])(10\.|172\.(1[6-9]|2\d|3[01])\.)/;
const FEWEST_PRIVATE = 10;

/** A queue is set up where a device once was, which tells nothing of where the printer stands: the address must. */
const isSomewhere = (target: string, { reach, devices }: SeenPrinter): boolean =>
  reach === 'network' &&
  devices >= (PRIVATE.test(target) ? FEWEST_PRIVATE : FEWEST_DEVICES) &&
  !target.includes('*') &&
  !HOME_LIKE.test(target);

function printersIn(seen: Seen, policy: PolicyDocument, leftOut: LeftOut): Proposal[] {
  const rules = policy.rules.filter(({ check }) => check === 'printing');
  const isClassified = (target: string) =>
    rules.some((one) => PRINTER_LISTS.some((list) => matchesAny(listIn(one, list), target)));
  const found: Proposal[] = [];
  for (const [target, printer] of seen.printers) {
    if (isClassified(target)) continue;
    if (!isSomewhere(target, printer) || seen.names.isIn(target)) {
      leftOut.homePrinters += 1;
      continue;
    }
    const { devices, onCouncilNetwork } = printer;
    const isCouncil = onCouncilNetwork >= FEWEST_DEVICES;
    found.push({
      id: idOf('printer', target),
      kind: 'printer',
      name: target,
      devices,
      note: isCouncil
        ? `${onCouncilNetwork} of these devices were last on the council’s network.`
        : 'Not seen from the council’s network: a partner’s, or nobody’s business. Find out whose it is first.',
      becomes: null,
      enters: { register: 'printers', class: isCouncil ? 'council' : 'permitted' },
    });
  }
  return found;
}

const administratorsRule = (policy: PolicyDocument): Rule | undefined =>
  policy.rules.find(
    ({ check, mode, require }) =>
      check === 'accounts' && mode !== 'off' && require['localAdministrators'] !== undefined,
  );

/** Whether the policy allows an administrator already, by any name or number that the device's own check would compare. */
export function administratorsIn(policy: PolicyDocument): (account: Account) => boolean {
  const allowed = listIn(administratorsRule(policy), 'localAdministrators');
  return ({ name, aliases }) => [name, ...aliases].some((called) => matchesAny(allowed, called));
}

function accountsIn(seen: Seen, policy: PolicyDocument, leftOut: LeftOut): Proposal[] {
  const rule = administratorsRule(policy);
  if (rule === undefined) return [];
  const allowed = listIn(rule, 'localAdministrators');
  const found: Proposal[] = [];
  for (const [bare, { devices, fullNames }] of seen.accounts) {
    const [first = bare] = fullNames;
    const name = fullNames.size === 1 ? first : bare;
    if ([bare, ...fullNames].some((called) => matchesAny(allowed, called))) continue;
    if (devices < FEWEST_DEVICES) leftOut.accounts += 1;
    else if (seen.names.isIn(bare) || name.includes('*')) leftOut.accountsOfPeople += 1;
    else {
      const becomes = { rule: rule.id, list: 'localAdministrators', value: name } as const;
      const note = 'Is it ICT’s, with a password that differs from device to device? If not, have it removed instead.';
      const id = idOf('account', policy.populations === undefined ? name : JSON.stringify([policy.populations, name]));
      found.push({ id, kind: 'local-administrator', name, devices, note, becomes, enters: null });
    }
  }
  return found;
}

/** The policy has no list of sticks: an accepted one is entered in the register. */
function sticksIn(seen: Seen, leftOut: LeftOut): Proposal[] {
  const found: Proposal[] = [];
  for (const [serial, { devices, times }] of seen.sticks) {
    if (devices < FEWEST_DEVICES && times < OFTEN) leftOut.sticks += 1;
    else {
      const note = `Plugged in ${times} times in 28 days. Accept it only if it is the council’s, and have it encrypted.`;
      const entry = { becomes: null, enters: { register: 'sticks' } } as const;
      found.push({ id: idOf('stick', serial), kind: 'stick', name: serial, devices, note, ...entry });
    }
  }
  return found;
}

/** The item under which the holder of a device is accepted; stays the same for the same device. */
export const holderItem = (assetTag: string): string => idOf('holder', assetTag);

export interface Proposals {
  readonly items: readonly Proposal[];
  readonly leftOut: LeftOut;
}

/** What was seen that the policy may come to allow, the most devices first. Pure; the one place that decides what may be proposed. */
export function propose(seen: Seen, policy: PolicyDocument): Proposals {
  const leftOut = { homePrinters: 0, accounts: 0, accountsOfPeople: 0, sticks: 0 };
  const items = [
    ...printersIn(seen, policy, leftOut),
    ...accountsIn(seen, policy, leftOut),
    ...sticksIn(seen, leftOut),
  ];
  return { items: items.toSorted((a, b) => b.devices - a.devices || a.name.localeCompare(b.name)), leftOut };
}
