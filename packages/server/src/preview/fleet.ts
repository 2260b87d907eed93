import {
  type Authorisation,
  type DeviceContext,
  type DeviceKind,
  known,
  type Population,
  type Severity,
  unknown,
} from '@beadle/shared';
import { anyAuthorised, authorisationsFor } from '../authorisations/told.ts';
import { openStatesOf } from '../breaches/open-states.ts';
import type { Db } from '../db/database.ts';
import { readFacts } from '../devices/facts.ts';
import { factsOf, failingStatesOf, fleetPart, type FleetRow } from '../devices/fleet.ts';
import { asHeld, type Registered, registeredIn } from '../orders/registered.ts';
import { type EventFinding, eventsOf } from '../findings/events.ts';
import type { FleetDevice, ToldFacts, ToldState } from './device.ts';

export interface FleetPart {
  readonly devices: readonly FleetDevice[];
  /** The asset tag to go on after; null at the end. */
  readonly next: string | null;
}

export interface PartQuery {
  readonly organisation: string;
  readonly after: string | null;
  /** Events told since, in milliseconds since the epoch. */
  readonly since: number;
  readonly now: number;
}

/** Devices in hand at a time: neither memory nor how long others wait depends on how many there are. */
export const IN_HAND = 100;

/** What a judgement may depend on beside the facts, as the device would know it. */
const contextOf = (row: FleetRow, { sticks, printers }: Registered): DeviceContext => ({
  kind: row.kind as DeviceKind,
  population: row.population as Population | null,
  groups: JSON.parse(row.groups) as string[],
  onCouncilNetwork: row.on_council_network === null ? unknown('not-told') : known(row.on_council_network === 1),
  register: { assetTag: row.asset_tag, serialNumber: row.serial_number },
  registeredSticks: sticks,
  classifiedPrinters: printers,
});

function byDevice<Row extends { readonly device: string | null }>(rows: readonly Row[]): (device: string) => Row[] {
  const groups = Map.groupBy(rows, ({ device }) => device ?? '');
  return (device) => groups.get(device) ?? [];
}

type Of<F extends (...given: never[]) => Promise<readonly unknown[]>> = Awaited<ReturnType<F>>[number];

interface Told {
  readonly facts: readonly Of<typeof factsOf>[];
  readonly states: readonly Of<typeof failingStatesOf>[];
  readonly open: FleetDevice['open'];
  readonly events: readonly EventFinding[];
  readonly authorisations: readonly Authorisation[];
  readonly registered: Registered;
}

const toDevice = (row: FleetRow, { facts, states, open, events, authorisations, registered }: Told): FleetDevice => ({
  assetTag: row.asset_tag,
  context: contextOf(row, registered),
  lastContactAt: row.last_contact_at,
  facts: new Map(
    facts.map(({ check_name, at, facts: text }): [string, ToldFacts] => [
      check_name,
      { at, facts: readFacts(check_name, text) },
    ]),
  ),
  states: states.map(({ check_name, verdict, severity, ...state }) => ({
    ...state,
    check: check_name,
    verdict: verdict as ToldState['verdict'],
    severity: severity as Severity,
  })),
  open,
  events,
  authorisations,
  country: row.country,
});

/** What each device is authorised to do; without a question for each where the council has authorised nothing. */
async function authorised(db: Db, rows: readonly FleetRow[], { organisation, now }: PartQuery) {
  const found = new Map<string, readonly Authorisation[]>();
  if (!(await anyAuthorised(db, organisation))) return found;
  for (const row of rows) found.set(row.id, await authorisationsFor(db, { ...row, organisation }, now));
  return found;
}

/** The next devices by asset tag, each with all that is known of it. */
export async function readPart(db: Db, query: PartQuery): Promise<FleetPart> {
  const { organisation, after, since } = query;
  const found = await fleetPart(db, { organisation, after, limit: IN_HAND });
  if (found.length === 0) return { devices: [], next: null };
  const registered = await registeredIn(db, organisation);
  const rows = found.map((row) => asHeld(row, registered));
  const authorisations = await authorised(db, rows, query);
  const ids = rows.map(({ id }) => id);
  const facts = byDevice(await factsOf(db, organisation, ids));
  const states = byDevice(await failingStatesOf(db, organisation, ids));
  const open = byDevice(await openStatesOf(db, organisation, ids));
  const events = byDevice(await eventsOf(db, organisation, { devices: ids, since }));
  const devices = rows.map((row) =>
    toDevice(row, {
      facts: facts(row.id),
      states: states(row.id),
      open: open(row.id),
      events: events(row.id),
      authorisations: authorisations.get(row.id) ?? [],
      registered,
    }),
  );
  return { devices, next: rows.length < IN_HAND ? null : (rows.at(-1)?.asset_tag ?? null) };
}
