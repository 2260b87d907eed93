import { type Population, POPULATIONS } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { nameKey } from './lifecycle.ts';
import type { Subject } from './schema.ts';

/** What the register says of a device, as far as it decides what concerns it. */
export interface Concerned {
  readonly id: string;
  readonly holder: string | null;
  readonly population: string | null;
  /** JSON array. */
  readonly groups: string;
}

interface Registered extends Concerned {
  readonly asset_tag: string;
}

/**
 * Every key under which an authorisation may concern a device: itself, its holder, their groups and their population.
 * Whoever learns more of people adds it here, and nowhere else.
 */
export function keysOfDevice({ id, holder, population, groups }: Concerned): readonly string[] {
  return [
    `device:${id}`,
    ...(holder === null ? [] : [`person:${nameKey(holder)}`]),
    ...(JSON.parse(groups) as string[]).map((group) => `group:${nameKey(group)}`),
    ...(population === null ? [] : [`population:${population}`]),
  ];
}

/** A person or a device whose days are counted. */
export interface Taker {
  readonly key: string;
  /** A person's name or a device's asset tag. */
  readonly who: string;
}

/** A subject as it is now. */
export interface Resolved {
  /** Under which devices find it; fixed when it is asked for. */
  readonly keys: readonly string[];
  /** The asset tags of the devices that it concerns now. */
  readonly devices: readonly string[];
  /** Whom it is for by name: whoever is named, and who holds its devices. Nobody where it is for a whole population. */
  readonly people: readonly string[];
  /** The one person who can accept its risks; null where there is no one person. */
  readonly person: string | null;
  /** Whose days in a year it takes: the people, and the devices where it is for those. */
  readonly takers: readonly Taker[];
  /** Whether all of those are known by name, as they are not of a group or a population, which others join later. */
  readonly counted: boolean;
  /** Of those whom it is for; null among them where the register does not say. */
  readonly populations: readonly (Population | null)[];
}

export type Register = readonly Registered[];

export const registerOf = (db: Db | Tx, organisation: string): Promise<Registered[]> =>
  db
    .selectFrom('devices')
    .select(['id', 'asset_tag', 'holder', 'population', 'groups'])
    .where('organisation', '=', organisation)
    .orderBy('asset_tag')
    .execute();

function keysOf(subject: Subject, register: readonly Registered[]): readonly string[] {
  if ('person' in subject) return [`person:${nameKey(subject.person)}`];
  if ('group' in subject) return [`group:${nameKey(subject.group)}`];
  if ('population' in subject) return [`population:${subject.population}`];
  return subject.devices.map((tag) => {
    const device = register.find(({ asset_tag }) => asset_tag === tag);
    if (device === undefined) throw problem('device-unknown', `There is no device ${tag}.`);
    return `device:${device.id}`;
  });
}

const once = (names: readonly string[]): string[] => [...new Map(names.map((name) => [nameKey(name), name])).values()];

const isPopulation = (text: string | null): text is Population => POPULATIONS.some((one) => one === text);

/** Throws `device-unknown` where a device is not in the register. */
export const resolve = async (db: Db | Tx, organisation: string, subject: Subject): Promise<Resolved> =>
  resolveIn(await registerOf(db, organisation), subject);

/** The same by a register that has been read. */
export function resolveIn(register: Register, subject: Subject): Resolved {
  const keys = keysOf(subject, register);
  const devices = register.filter((device) => keysOfDevice(device).some((key) => keys.includes(key)));
  const holders = devices.flatMap(({ holder }) => (holder === null ? [] : [holder]));
  const people = 'population' in subject ? [] : once('person' in subject ? [subject.person] : holders);
  const found = devices.map(({ population }) => (isPopulation(population) ? population : null));
  const populations =
    'population' in subject ? [subject.population] : [...new Set(found.length === 0 ? [null] : found)];
  const ofDevices = 'devices' in subject ? devices : [];
  const isOne = 'person' in subject || ('devices' in subject && people.length === 1);
  return {
    keys,
    devices: devices.map(({ asset_tag }) => asset_tag),
    people,
    person: isOne ? (people[0] ?? null) : null,
    takers: [
      ...people.map((who) => ({ key: `person:${nameKey(who)}`, who })),
      ...ofDevices.map(({ id, asset_tag: who }) => ({ key: `device:${id}`, who })),
    ],
    counted: 'person' in subject || 'devices' in subject,
    populations,
  };
}

/** In words, for lists and messages. */
export function subjectWords(subject: Subject): string {
  if ('person' in subject) return subject.person;
  if ('group' in subject) return `the group ${subject.group}`;
  if ('population' in subject) return `everybody who is registered as ${subject.population}`;
  return subject.devices.length === 1 ? `device ${subject.devices[0] ?? ''}` : `devices ${subject.devices.join(', ')}`;
}
