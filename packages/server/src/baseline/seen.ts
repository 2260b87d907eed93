import { setImmediate as turn } from 'node:timers/promises';
import { type Account, isKnown, type Known, type Queue } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { readFacts } from '../devices/facts.ts';
import { factsOf, fleetPart, type FleetRow } from '../devices/fleet.ts';
import { eventsOf } from '../findings/events.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';
import { createNames, type Names } from './names.ts';

export interface SeenPrinter {
  readonly reach: 'local' | 'network';
  devices: number;
  /** Those of them that were last on the council's network. */
  onCouncilNetwork: number;
}

export interface SeenAccount {
  devices: number;
  /** As systems show it, in full: one, or more than one. */
  readonly fullNames: Set<string>;
}

export interface SeenStick {
  devices: number;
  times: number;
}

/** What the devices show, in counts: no device and nobody is named. */
export interface Seen {
  readonly printers: Map<string, SeenPrinter>;
  readonly accounts: Map<string, SeenAccount>;
  readonly sticks: Map<string, SeenStick>;
  readonly names: Names;
  readonly devices: { enrolled: number; withoutHolder: number };
  /** Asset tags of devices that nobody is registered as holding, the first of them. */
  readonly unheld: string[];
  readonly network: { on: number; off: number; notTold: number };
  /** What was left out because more differed than are kept in mind. */
  beyond: number;
}

const IN_HAND = 500;
/** Of each kind: more than a council has, and less than a fleet of homes may show. */
const MOST_KEPT = 50_000;
/** So many devices without a holder are named. */
const MOST_UNHELD = 100;
const LOOK_BACK_MS = 28 * 86_400_000;

const emptySeen = (): Seen => ({
  printers: new Map(),
  accounts: new Map(),
  sticks: new Map(),
  names: createNames(),
  devices: { enrolled: 0, withoutHolder: 0 },
  unheld: [],
  network: { on: 0, off: 0, notTold: 0 },
  beyond: 0,
});

/** The entry of a name, made where there is room; undefined where there is none. */
function entry<V>(seen: Seen, map: Map<string, V>, name: string, make: () => V): V | undefined {
  const found = map.get(name);
  if (found !== undefined) return found;
  if (map.size >= MOST_KEPT) {
    seen.beyond += 1;
    return undefined;
  }
  const made = make();
  map.set(name, made);
  return made;
}

/** A user's name has no place in an address that is shown. */
const withoutUser = (target: string): string => target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');

function addPrinters(seen: Seen, { on_council_network }: FleetRow, queues: readonly Queue[]): void {
  const targets = new Map(
    queues
      .filter(({ reach }) => reach !== 'file')
      .map(({ target, reach }) => [withoutUser(target).toLowerCase(), reach]),
  );
  for (const [target, reach] of targets) {
    const make = () => ({ reach: reach === 'network' ? reach : ('local' as const), devices: 0, onCouncilNetwork: 0 });
    const printer = target === '' ? undefined : entry(seen, seen.printers, target, make);
    if (printer === undefined) continue;
    printer.devices += 1;
    if (on_council_network === 1) printer.onCouncilNetwork += 1;
  }
}

const bareName = ({ name, aliases }: Account): string =>
  (aliases.find((alias) => !alias.includes('\\') && !alias.startsWith('S-1-')) ?? name).toLowerCase();

function addAccounts(seen: Seen, administrators: readonly Account[]): void {
  const byName = new Map(administrators.map((account) => [bareName(account), account.name]));
  for (const [bare, full] of byName) {
    const account = entry(seen, seen.accounts, bare, () => ({ devices: 0, fullNames: new Set<string>() }));
    if (account === undefined) continue;
    account.devices += 1;
    if (account.fullNames.size < 2) account.fullNames.add(full);
  }
}

function addSticks(seen: Seen, serials: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const serial of serials) counts.set(serial, (counts.get(serial) ?? 0) + 1);
  for (const [serial, times] of counts) {
    const stick = entry(seen, seen.sticks, serial, () => ({ devices: 0, times: 0 }));
    if (stick === undefined) continue;
    stick.devices += 1;
    stick.times += times;
  }
}

function addDevice(seen: Seen, row: FleetRow): void {
  seen.devices.enrolled += 1;
  if (row.holder === null) {
    seen.devices.withoutHolder += 1;
    if (seen.unheld.length < MOST_UNHELD) seen.unheld.push(row.asset_tag);
  }
  if (row.on_council_network === null) seen.network.notTold += 1;
  else seen.network[row.on_council_network === 1 ? 'on' : 'off'] += 1;
}

interface Facts {
  readonly queues: Known<readonly Queue[]>;
  readonly administrators: Known<readonly Account[]>;
}

function addFacts(seen: Seen, row: FleetRow, check: string, text: string, isAllowed: Looking['isAllowed']): void {
  const read = readFacts(check, text);
  if (!isKnown(read)) return;
  const facts = read.known as Facts;
  if (check === 'printing' && isKnown(facts.queues)) addPrinters(seen, row, facts.queues.known);
  if (check === 'accounts' && isKnown(facts.administrators)) {
    const others = facts.administrators.known.filter((administrator) => !isAllowed(administrator));
    addAccounts(seen, others);
  }
}

export interface Looking {
  readonly db: Db;
  readonly organisation: string;
  readonly now: number;
  /** What may be an administrator already, by whichever of its names or numbers, is not looked at. */
  readonly isAllowed: (administrator: Account) => boolean;
  /** Whether the policy holds for devices of a population, their holder's where they have none of their own. */
  readonly concerns: (population: string | null) => boolean;
}

async function addPart({ db, organisation, now, isAllowed, concerns }: Looking, part: readonly FleetRow[], seen: Seen) {
  const registered = await registeredIn(db, organisation);
  for (const { holder } of part) if (holder !== null) seen.names.add(holder);
  const rows = part.filter((row) => concerns(asHeld(row, registered).population));
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const about = { devices: ids, since: now - LOOK_BACK_MS, check: 'removable-media' };
  const [told, events] = await Promise.all([
    factsOf(db, organisation, ids, ['printing', 'accounts']),
    eventsOf(db, organisation, about),
  ]);
  const facts = Map.groupBy(told, ({ device }) => device);
  const sticks = Map.groupBy(
    events.filter(({ observed }) => typeof observed['serial'] === 'string'),
    ({ device }) => device,
  );
  for (const row of rows) {
    addDevice(seen, row);
    for (const { check_name, facts: text } of facts.get(row.id) ?? []) addFacts(seen, row, check_name, text, isAllowed);
    addSticks(
      seen,
      (sticks.get(row.id) ?? []).map(({ observed }) => String(observed['serial'])),
    );
  }
}

/** Looks through the fleet, a part at a time. */
export async function lookThrough(looking: Looking): Promise<Seen> {
  const { db, organisation } = looking;
  const seen = emptySeen();
  let after: string | null = null;
  do {
    const rows: readonly FleetRow[] = await fleetPart(db, { organisation, after, limit: IN_HAND });
    if (rows.length > 0) await addPart(looking, rows, seen);
    after = rows.length < IN_HAND ? null : (rows.at(-1)?.asset_tag ?? null);
    await turn();
  } while (after !== null);
  return seen;
}
