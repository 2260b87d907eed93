import type { Db, Tx } from '../db/database.ts';
import { DEFAULT_SETTINGS, type OrganisationSettings } from './settings.ts';

/** The one organisation of a server that serves a single council. */
export const ORGANISATION = 'main';

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly settings: OrganisationSettings;
}

/** Makes the organisation where there is none; one that is there keeps its name and settings. */
export async function ensureOrganisation(db: Db, made: { readonly name: string; readonly at: number }): Promise<void> {
  await db
    .insertInto('organisations')
    .values({ id: ORGANISATION, name: made.name, settings: JSON.stringify(DEFAULT_SETTINGS), created_at: made.at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export async function readOrganisation(db: Db | Tx, id: string): Promise<Organisation> {
  const row = await db.selectFrom('organisations').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  // Settings that a newer version has added are there with their defaults.
  const stored = JSON.parse(row.settings) as Partial<OrganisationSettings>;
  return { id: row.id, name: row.name, settings: { ...DEFAULT_SETTINGS, ...stored } };
}

export async function writeOrganisation(tx: Tx, organisation: Organisation): Promise<void> {
  await tx
    .updateTable('organisations')
    .set({ name: organisation.name, settings: JSON.stringify(organisation.settings) })
    .where('id', '=', organisation.id)
    .execute();
}

/** Another organisation on this server; false where there is one with this id. */
export async function addOrganisation(
  tx: Tx,
  { id, name, at }: { readonly id: string; readonly name: string; readonly at: number },
): Promise<boolean> {
  const row = await tx
    .insertInto('organisations')
    .values({ id, name, settings: JSON.stringify(DEFAULT_SETTINGS), created_at: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export const listOrganisations = (db: Db): Promise<{ readonly id: string; readonly name: string }[]> =>
  db.selectFrom('organisations').select(['id', 'name']).orderBy('id').execute();
