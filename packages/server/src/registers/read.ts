import { matcherOf, type PrinterClass, typedKey } from '@beadle/shared';
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { PrinterTable, StickTable } from '../db/schema-people.ts';
import { type Viewer, visibleTo } from '../concealed.ts';
import { containing, holding } from '../containing.ts';

interface Part {
  readonly limit: number;
  readonly after?: string | undefined;
}

export type Stick = Selectable<StickTable>;
export type Printer = Selectable<PrinterTable>;

/** Sticks by serial, one more than the limit where there is a next page. */
export async function listSticks(
  db: Db,
  organisation: string,
  { retired, q }: { readonly retired?: boolean | undefined; readonly q?: string | undefined },
  { limit, after }: Part,
): Promise<Stick[]> {
  let query = db.selectFrom('sticks').selectAll().where('organisation', '=', organisation);
  if (retired !== undefined) query = query.where('retired', '=', retired ? 1 : 0);
  if (q !== undefined) query = query.where(sql<boolean>`serial_key like ${containing(q.toLowerCase())} escape '\\'`);
  if (after !== undefined) query = query.where('serial_key', '>', after);
  return query
    .orderBy('serial_key')
    .limit(limit + 1)
    .execute();
}

export const findStick = (db: Db, organisation: string, serial: string): Promise<Stick | undefined> =>
  db
    .selectFrom('sticks')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('serial_key', '=', typedKey(serial))
    .executeTakeFirst();

/** Printers by pattern, one more than the limit where there is a next page. */
export async function listPrinters(
  db: Db,
  organisation: string,
  filter: { readonly class?: PrinterClass | undefined; readonly q?: string | undefined },
  { limit, after }: Part,
): Promise<Printer[]> {
  let query = db.selectFrom('printers').selectAll().where('organisation', '=', organisation);
  if (filter.class !== undefined) query = query.where('class', '=', filter.class);
  if (filter.q !== undefined) query = query.where(holding('pattern', filter.q));
  if (after !== undefined) query = query.where('pattern_key', '>', after);
  return query
    .orderBy('pattern_key')
    .limit(limit + 1)
    .execute();
}

const printersOf = (db: Db | Tx, organisation: string) =>
  db.selectFrom('printers').selectAll().where('organisation', '=', organisation);

export const findPrinter = (db: Db, organisation: string, key: string): Promise<Printer | undefined> =>
  printersOf(db, organisation).where('pattern_key', '=', key).executeTakeFirst();

export const printerById = (db: Db | Tx, organisation: string, id: string): Promise<Printer | undefined> =>
  printersOf(db, organisation).where('id', '=', id).executeTakeFirst();

export interface Entered {
  /** Whether a stick is in the register, retired ones included. */
  readonly hasStick: (serial: string) => boolean;
  /** Whether an entry of the register matches a printer. */
  readonly hasPrinter: (target: string) => boolean;
}

/** What is in the registers of sticks and printers. */
export async function readEntered(db: Db | Tx, organisation: string): Promise<Entered> {
  const sticks = await db.selectFrom('sticks').select('serial_key').where('organisation', '=', organisation).execute();
  const serials = new Set(sticks.map(({ serial_key }) => serial_key));
  const hasPrinter = matcherOf((await printersOf(db, organisation).execute()).map(({ pattern }) => pattern));
  return {
    hasStick: (serial) => serials.has(typedKey(serial)),
    hasPrinter,
  };
}

export interface Unclassified {
  /** The port, the device URI or `\\server\queue`. */
  readonly target: string;
  /** How many devices have it or have printed on it. */
  readonly devices: number;
}

/** So many rows are looked through; a council's printers repeat themselves. */
const MOST_LOOKED_AT = 5000;
const MOST_SHOWN = 200;

function targetIn(observed: string): string | undefined {
  const { printer, target } = JSON.parse(observed) as { readonly printer?: unknown; readonly target?: unknown };
  return printer === 'other' && typeof target === 'string' ? target : undefined;
}

/** Of which breaches and states tell, but for a breach that is kept from the viewer, and the state that it came from. */
async function printersTold(db: Db, viewer: Viewer) {
  const toldBy = (table: 'states' | 'breaches') =>
    db
      .selectFrom<'states' | 'breaches'>(table)
      .select(['device', 'observed'])
      .where('organisation', '=', viewer.organisation)
      .where('check_name', '=', 'printing')
      .where('observed', 'like', '%"printer":"other"%')
      .limit(MOST_LOOKED_AT);
  const hidden = db
    .selectFrom('breaches')
    .select('breaches.id')
    .whereRef('breaches.organisation', '=', sql.ref('states.organisation'))
    .whereRef('breaches.device', '=', sql.ref('states.device'))
    // By the column itself SQLite would look at every breach of the rule, for each state, rather than at the device's.
    .where(sql`breaches.rule || ''`, '=', sql.ref('states.rule'))
    .whereRef('breaches.subject', '=', sql.ref('states.subject'))
    .where(sql<boolean>`not ${visibleTo(viewer)}`);
  const states = await toldBy('states')
    .where((eb) => eb.not(eb.exists(hidden)))
    .execute();
  return [...states, ...(await toldBy('breaches').where(visibleTo(viewer)).execute())];
}

/**
 * Printers that devices have told of and that neither the policy nor a person has placed, those of most devices first. What
 * is told by a breach that implicates the viewer is not there for them (invariant 7).
 */
export async function unclassifiedPrinters(db: Db, viewer: Viewer): Promise<readonly Unclassified[]> {
  const told = await printersTold(db, viewer);
  const isKnown = matcherOf((await printersOf(db, viewer.organisation).execute()).map(({ pattern }) => pattern));
  const devices = new Map<string, Set<string | null>>();
  for (const { device, observed } of told) {
    const target = targetIn(observed);
    if (target !== undefined) devices.set(target, (devices.get(target) ?? new Set()).add(device));
  }
  return [...devices]
    .filter(([target]) => !isKnown(target))
    .map(([target, { size }]) => ({ target, devices: size }))
    .toSorted((one, other) => other.devices - one.devices || (one.target < other.target ? -1 : 1))
    .slice(0, MOST_SHOWN);
}
