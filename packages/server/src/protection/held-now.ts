import { sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import { heldBy } from '../people/holder.ts';
import { personByAccount } from '../people/store.ts';
import { holdsInForce } from './holds.ts';
import { type Names, namesOf } from './names.ts';
import { rowsNaming } from './named-in.ts';
import { NAMING } from './naming-columns.ts';

/** What no erasing touches at this moment. */
export interface HeldNow {
  /** Ids of devices: those that are held, and those that a person who is held has. */
  readonly devices: readonly string[];
  /** Ids of breaches: those that are held, those on such a device, and those that name such a person. */
  readonly breaches: readonly string[];
  /** Accounts. */
  readonly people: readonly string[];
  readonly names: readonly Names[];
}

const MOST_NAMING = 10_000;
const BREACHES = NAMING.find(({ table }) => table === 'breaches');

async function devicesOf(db: Db | Tx, organisation: string, tags: readonly string[]): Promise<string[]> {
  if (tags.length === 0) return [];
  const rows = await db
    .selectFrom('devices')
    .select('id')
    .where('organisation', '=', organisation)
    .where('asset_tag', 'in', [...tags])
    .execute();
  return rows.map(({ id }) => id);
}

async function ofPerson(db: Db | Tx, organisation: string, account: string) {
  const person = await personByAccount(db, organisation, account);
  if (person === undefined) return { devices: [], breaches: [], names: [] };
  const names = await namesOf(db, person);
  const tags = (await heldBy(db as Db, person)).devices.map(({ asset_tag: tag }) => tag);
  const naming =
    BREACHES === undefined ? [] : await rowsNaming(db, BREACHES, { organisation, names, limit: MOST_NAMING });
  return {
    devices: await devicesOf(db, organisation, tags),
    breaches: naming.map((row) => String(row['id'])),
    names: [names],
  };
}

/** Reads what the legal holds in force keep. */
export async function heldNow(db: Db | Tx, organisation: string, now: number): Promise<HeldNow> {
  const holds = await holdsInForce(db, organisation, now);
  const on = (kind: string) => holds.filter((hold) => hold.kind === kind).map(({ target }) => target);
  const people = on('person');
  const found = await Promise.all(people.map((account) => ofPerson(db, organisation, account)));
  const devices = [...new Set([...on('device'), ...found.flatMap((one) => one.devices)])];
  const onDevices =
    devices.length === 0
      ? []
      : await db
          .selectFrom('breaches')
          .select('id')
          .where('organisation', '=', organisation)
          .where('device', 'in', devices)
          .execute();
  const breaches = [...on('breach'), ...found.flatMap((one) => one.breaches), ...onDevices.map(({ id }) => id)];
  return { devices, breaches: [...new Set(breaches)], people, names: found.flatMap((one) => one.names) };
}

/** None of these, for a query; a list without members is in no database's language. */
export const noneOf = (column: string, ids: readonly string[]) =>
  ids.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.ref(column)} not in (${sql.join([...ids])})`;
