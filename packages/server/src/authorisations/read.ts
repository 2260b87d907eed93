import type { Caller } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { holding } from '../containing.ts';
import { problem } from '../errors.ts';
import { callerMay } from '../people/permissions.ts';
import { nameKey, sameName } from './lifecycle.ts';
import { owingPaper } from './owing.ts';
import { overdueEnds, owedEnds } from './paper.ts';
import type { Status } from './schema.ts';
import { type AuthorisationRow, subjectOf } from './store.ts';
import { keysOfDevice, resolve } from './subjects.ts';

export interface AuthorisationFilter {
  readonly status?: Status | undefined;
  readonly kind?: string | undefined;
  /** An asset tag. */
  readonly device?: string | undefined;
  /** By the name in the register. */
  readonly person?: string | undefined;
  readonly incident?: string | undefined;
  /** Part of a reference. */
  readonly q?: string | undefined;
  /** Ended, and nobody has said what became of the paper; overdue where they ought to have. */
  readonly paper?: 'owed' | 'overdue' | undefined;
  /** Milliseconds since the epoch. */
  readonly endsBefore?: number | undefined;
}

export interface AuthorisationPage {
  readonly limit: number;
  /** The id after which the page begins. */
  readonly before?: string | undefined;
}

/** Under which keys what concerns a person is found: themselves and the devices that they hold. */
async function keysOfPerson(db: Db, organisation: string, name: string): Promise<readonly string[]> {
  const devices = await db
    .selectFrom('devices')
    .select(['id', 'holder', 'population', 'groups'])
    .where('organisation', '=', organisation)
    .where('holder', 'is not', null)
    .execute();
  const held = devices.filter(({ holder }) => holder !== null && sameName(holder, name));
  return [...new Set([`person:${nameKey(name)}`, ...held.flatMap(keysOfDevice)])];
}

async function keysOfTag(db: Db, organisation: string, assetTag: string): Promise<readonly string[]> {
  const device = await db
    .selectFrom('devices')
    .select(['id', 'holder', 'population', 'groups'])
    .where('organisation', '=', organisation)
    .where('asset_tag', '=', assetTag)
    .executeTakeFirst();
  return device === undefined ? [] : keysOfDevice(device);
}

function concerning(db: Db, organisation: string, keys: readonly string[]) {
  return db
    .selectFrom('authorisation_subjects')
    .select('authorisation')
    .where('organisation', '=', organisation)
    .where('subject_key', 'in', keys.length === 0 ? [''] : [...keys]);
}

function inStatus<Q extends { where(column: 'status' | 'valid_to', op: '=' | '<=' | '>', value: string | number): Q }>(
  query: Q,
  status: Status,
  now: number,
): Q {
  if (status === 'lapsed') return query.where('status', '=', 'approved').where('valid_to', '<=', now);
  const found = query.where('status', '=', status);
  return status === 'approved' ? found.where('valid_to', '>', now) : found;
}

/** Whether a caller sees everybody's; others see what they asked for and what is for them. */
export const seesAll = (caller: Pick<Caller, 'role' | 'only'>): boolean => callerMay(caller, 'authorisations:read');

/** Newest first, one more than the limit where there is a next page. */
export async function listAuthorisations(
  db: Db,
  caller: Caller,
  filter: AuthorisationFilter,
  { limit, before, now }: AuthorisationPage & { readonly now: number },
): Promise<AuthorisationRow[]> {
  const { organisation, name } = caller;
  let query = db.selectFrom('authorisations').selectAll().where('organisation', '=', organisation);
  if (!seesAll(caller)) {
    const own = await keysOfPerson(db, organisation, name);
    query = query.where((eb) =>
      eb.or([eb('requested_by', '=', name), eb('id', 'in', concerning(db, organisation, own))]),
    );
  }
  if (filter.status !== undefined) query = inStatus(query, filter.status, now);
  if (filter.paper !== undefined) query = owingPaper(query, filter.paper === 'owed' ? owedEnds(now) : overdueEnds(now));
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  if (filter.q !== undefined) query = query.where(holding('ref', filter.q));
  if (filter.incident !== undefined) query = query.where('incident', '=', filter.incident);
  if (filter.endsBefore !== undefined) query = query.where('valid_to', '<', filter.endsBefore);
  if (filter.device !== undefined)
    query = query.where('id', 'in', concerning(db, organisation, await keysOfTag(db, organisation, filter.device)));
  if (filter.person !== undefined)
    query = query.where('id', 'in', concerning(db, organisation, await keysOfPerson(db, organisation, filter.person)));
  if (before !== undefined) query = query.where('id', '<', before);
  return query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

async function isTheirs(db: Db | Tx, row: AuthorisationRow, name: string): Promise<boolean> {
  if (sameName(row.requested_by, name)) return true;
  const { people } = await resolve(db, row.organisation, subjectOf(row));
  return people.some((one) => sameName(one, name));
}

/** One by its reference. Throws `authorisation-unknown`, also where the caller may not see it. */
export async function authorisationOf(db: Db | Tx, caller: Caller, ref: string): Promise<AuthorisationRow> {
  const row = await db
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', caller.organisation)
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (row !== undefined && (seesAll(caller) || (await isTheirs(db, row, caller.name)))) return row;
  throw problem('authorisation-unknown', `There is no authorisation ${ref}.`);
}

/** Those that hold on a device now or will, the next to end first. */
export async function ofDevice(
  db: Db,
  device: { readonly organisation: string } & Parameters<typeof keysOfDevice>[0],
  now: number,
): Promise<AuthorisationRow[]> {
  return db
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', device.organisation)
    .where('id', 'in', concerning(db, device.organisation, keysOfDevice(device)))
    .where('status', '=', 'approved')
    .where('valid_to', '>', now)
    .orderBy('valid_to')
    .execute();
}
