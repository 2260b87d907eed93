import { hash } from 'node:crypto';
import {
  type Authorisation,
  coverageOf,
  type DeviceKind,
  iso,
  type PolicyDocument,
  POLICY_TYPE,
  type PolicyForDevice,
  type Population,
  type Rule,
  signDocument,
  type Signer,
  unknown,
} from '@beadle/shared';
import type { Selectable } from 'kysely';
import { authorisationsFor } from '../authorisations/told.ts';
import type { Tx } from '../db/database.ts';
import type { DeviceTable } from '../db/schema.ts';
import { type Reign, reignsFor } from '../policies/store.ts';
import type { Registered } from './registered.ts';

const DAY_MS = 86_400_000;
/** A document holds this long; half-way to its end a device that checks in is given a new one. */
const HOLDS_FOR_MS = 400 * DAY_MS;

type Device = Pick<
  Selectable<DeviceTable>,
  | 'id'
  | 'organisation'
  | 'asset_tag'
  | 'serial_number'
  | 'kind'
  | 'holder'
  | 'population'
  | 'groups'
  | 'document_serial'
  | 'document_hash'
>;

type Register = PolicyForDevice['register'];

/** What a device is to be told. */
export interface Orders {
  readonly register: Register;
  /** Of the registers of sticks and printers. */
  readonly registeredHash: string | null;
  readonly reigns: readonly Reign[];
  readonly authorisations: readonly Authorisation[];
}

/** What the registers say of a device, which is as it is held (`asHeld`). */
function registerOf(device: Device, { sticks, printers }: Registered): Register {
  return {
    assetTag: device.asset_tag,
    serialNumber: device.serial_number,
    kind: device.kind as DeviceKind,
    population: device.population as Population | null,
    groups: JSON.parse(device.groups) as string[],
    sticks,
    ...(printers.length === 0 ? {} : { printers: [...printers] }),
  };
}

/** What a device's document says, in one hash: the policies, the registers' words on it, and when it was made, roughly. */
function contentOf({ register, registeredHash, reigns, authorisations }: Orders, now: number): string {
  const { assetTag, serialNumber, kind, population, groups } = register;
  const era = Math.floor(now / (HOLDS_FOR_MS / 2));
  const policies = reigns.map(({ from, policy }) => [from, policy.hash]);
  const told = [policies, authorisations, assetTag, serialNumber, kind, population, groups, registeredHash, era];
  return hash('sha256', JSON.stringify(told), 'hex');
}

/** How many days somebody may hold one is counted where it is given, and an older agent knows no word for it. */
const withoutCaps = (rule: Rule): Rule =>
  rule.exemptions === undefined ? rule : { ...rule, exemptions: rule.exemptions.map(withoutCap) };

function withoutCap(exemption: NonNullable<Rule['exemptions']>[number]) {
  const told = { ...exemption };
  delete told.maximumInYear;
  return told;
}

/** The policy as it concerns a device: without rules that never cover it, and without what only people and the server read. */
function concerning(policy: PolicyDocument, { kind, population, groups }: Register): PolicyDocument {
  const device = {
    kind,
    population,
    groups,
    onCouncilNetwork: unknown('not-told'),
    register: null,
    registeredSticks: null,
  };
  const rules = policy.rules
    .filter(({ check, covers }) => check === 'agent-health' || coverageOf(covers, device) !== 'not-covered')
    .map(withoutCaps);
  const told = { ...policy, rules };
  delete told.clauses;
  delete told.deadlines;
  return told;
}

function payloadOf(device: Device, orders: Orders, serial: number, now: number): PolicyForDevice {
  const { register } = orders;
  return {
    device: device.id,
    organisation: device.organisation,
    serial,
    issuedAt: iso(now),
    endsAt: iso(now + HOLDS_FOR_MS),
    register,
    policies: orders.reigns.map(({ from, policy }) => ({
      from: iso(from),
      policy: concerning(policy.document, register),
    })),
    authorisations: [...orders.authorisations],
  };
}

export interface IssueDeps {
  readonly signer: Signer;
  readonly now: number;
}

/** What concerns a device, as it is held (`asHeld`), at a moment; undefined where the council has no policy at all. */
export async function ordersFor(
  tx: Tx,
  device: Device,
  registered: Registered,
  now: number,
): Promise<Orders | undefined> {
  const register = registerOf(device, registered);
  const found = await reignsFor(tx, device.organisation, { population: register.population, at: now });
  if (found === undefined) return undefined;
  const authorisations = await authorisationsFor(tx, device, now);
  return { register, registeredHash: registered.hash, reigns: found, authorisations };
}

/**
 * The policy as it concerns this device, signed and bound to it, a rising serial and an end (invariant 5); none where
 * the one that it has, by the serial `has`, says the same. A device that is ahead has its document from a server that
 * was put back from an older copy since: it is overtaken, for it takes nothing older than what it has. A serial is no
 * lower than the moment it is given at: were it only one more than the last, a server that was put back could give anew
 * the serial of a document that it no longer knows of, and would take that one for its own.
 */
export async function issuePolicy(
  tx: Tx,
  device: Device,
  orders: Orders,
  has: number,
  { signer, now }: IssueDeps,
): Promise<readonly string[]> {
  const content = contentOf(orders, now);
  const isSame = content === device.document_hash;
  if (isSame && has === device.document_serial) return [];
  const next = Math.max(now, has + 1, device.document_serial + 1);
  const serial = isSame && has < device.document_serial ? device.document_serial : next;
  await tx
    .updateTable('devices')
    .set({ document_serial: serial, document_hash: content })
    .where('organisation', '=', device.organisation)
    .where('id', '=', device.id)
    .execute();
  return [signDocument(payloadOf(device, orders, serial, now), POLICY_TYPE, signer)];
}
