import { hash } from 'node:crypto';
import { type ClassifiedPrinter, type PolicyForDevice, type PrinterClass, typedKey } from '@beadle/shared';
import type { Selectable } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Db, Tx } from '../db/database.ts';
import type { DeviceTable } from '../db/schema.ts';
import { type Person, readMemberships, readPeople } from '../people/store.ts';

type Sticks = PolicyForDevice['register']['sticks'];

export interface Holder {
  readonly population: string;
  readonly groups: readonly string[];
}

/** What the registers say beside the devices', as the documents for devices have it. */
export interface Registered {
  readonly sticks: Sticks;
  /** The most particular pattern first. */
  readonly printers: readonly ClassifiedPrinter[];
  /** Of sticks and printers; null where neither register was ever given. */
  readonly hash: string | null;
  /** Whom a device's holder names: an account, an address, or a name that only one person has. */
  readonly holderOf: (holder: string) => Holder | undefined;
}

const versions = compiledOnce((tx, arg: { organisation: string }) =>
  tx.selectFrom('registers').select(['name', 'version']).where('organisation', '=', arg.organisation).orderBy('name'),
);

/** What was read, by the versions of the registers: what those name never changes, in whichever database. */
const read = new Map<string, Registered>();
const MOST_READ = 20;

const NOTHING: Registered = { sticks: null, printers: [], hash: null, holderOf: () => undefined };

/** A device with the population and the groups of its holder, where it has none of its own. */
export function asHeld<D extends Pick<Selectable<DeviceTable>, 'holder' | 'population' | 'groups'>>(
  device: D,
  { holderOf }: Registered,
): D {
  const holder = device.holder === null ? undefined : holderOf(device.holder);
  if (holder === undefined) return device;
  const groups = device.groups === '[]' ? JSON.stringify(holder.groups) : device.groups;
  return { ...device, population: device.population ?? holder.population, groups };
}

/** Read anew only where a register has changed: every check-in asks. */
export async function registeredIn(tx: Db | Tx, organisation: string): Promise<Registered> {
  const { rows } = await versions(tx, { organisation });
  if (rows.length === 0) return NOTHING;
  const key = JSON.stringify([organisation, rows]);
  const known = read.get(key);
  if (known !== undefined) return known;
  const registered = await readRegistered(tx, organisation, new Set(rows.map(({ name }) => name)));
  // What another has committed meanwhile was read under the versions of before, which may come again.
  const after = await versions(tx, { organisation });
  if (JSON.stringify([organisation, after.rows]) !== key) return registered;
  if (read.size >= MOST_READ) read.clear();
  read.set(key, registered);
  return registered;
}

async function readRegistered(tx: Db | Tx, organisation: string, given: ReadonlySet<string>): Promise<Registered> {
  const sticks = given.has('sticks') ? await readSticks(tx, organisation) : null;
  const printers = given.has('printers') ? await readPrinters(tx, organisation) : [];
  const holderOf = given.has('people') ? await readHolders(tx, organisation) : NOTHING.holderOf;
  const isNothing = sticks === null && printers.length === 0;
  return {
    sticks,
    printers,
    holderOf,
    hash: isNothing ? null : hash('sha256', JSON.stringify([sticks, printers]), 'hex'),
  };
}

async function readSticks(tx: Db | Tx, organisation: string): Promise<NonNullable<Sticks>> {
  const rows = await tx
    .selectFrom('sticks')
    .select(['serial', 'encrypts_in_hardware'])
    .where('organisation', '=', organisation)
    .where('retired', '=', 0)
    .orderBy('serial_key')
    .execute();
  return rows.map((row) => ({ serial: row.serial, encryptsInHardware: row.encrypts_in_hardware === 1 }));
}

/** A pattern that leaves less open says more of the printer. */
const openness = (pattern: string): readonly [number, number] => [pattern.split('*').length, -pattern.length];

export function byParticularity(one: ClassifiedPrinter, other: ClassifiedPrinter): number {
  const [[stars, length], [otherStars, otherLength]] = [openness(one.pattern), openness(other.pattern)];
  return stars - otherStars || length - otherLength || (one.pattern < other.pattern ? -1 : 1);
}

async function readPrinters(tx: Db | Tx, organisation: string): Promise<ClassifiedPrinter[]> {
  const rows = await tx
    .selectFrom('printers')
    .select(['pattern', 'class'])
    .where('organisation', '=', organisation)
    .execute();
  return rows.map((row) => ({ pattern: row.pattern, class: row.class as PrinterClass })).toSorted(byParticularity);
}

/** By what only one person has: where two share a name, it names neither. */
async function readHolders(tx: Db | Tx, organisation: string): Promise<Registered['holderOf']> {
  const [people, groups] = [await readPeople(tx, organisation), await readMemberships(tx, organisation)];
  const holders = new Map<string, Holder | undefined>();
  const put = (list: readonly Person[], name: (person: Person) => string | null): void => {
    const found = new Map<string, Holder | undefined>();
    for (const person of list) {
      const key = name(person)?.toLowerCase();
      const holder = { population: person.population, groups: groups.get(person.id) ?? [] };
      if (key !== undefined) found.set(key, found.has(key) ? undefined : holder);
    }
    for (const [key, holder] of found) if (!holders.has(key)) holders.set(key, holder);
  };
  put(people, ({ account }) => account);
  put(people, ({ email }) => email);
  put(
    people.filter(({ gone_at }) => gone_at === null),
    ({ name }) => name,
  );
  return (holder) => holders.get(typedKey(holder));
}
