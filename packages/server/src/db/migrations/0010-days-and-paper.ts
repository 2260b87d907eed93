import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Before {
  authorisations: { organisation: string; id: string; status: string };
  authorisation_subjects: { organisation: string; subject_key: string; authorisation: string };
  authorisation_takers: { organisation: string; taker_key: string; authorisation: string };
  devices: { organisation: string; id: string; holder: string | null };
}

/** As names are compared at the time of this migration. */
const personKey = (name: string): string =>
  `person:${name.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase()}`;

/** Whose days those that were given before are, as far as the register of now tells. */
async function fillTakers(db: Kysely<Before>): Promise<void> {
  const subjects = await db
    .selectFrom('authorisation_subjects as s')
    .innerJoin('authorisations as a', (join) =>
      join.onRef('a.organisation', '=', 's.organisation').onRef('a.id', '=', 's.authorisation'),
    )
    .select(['s.organisation', 's.subject_key', 's.authorisation'])
    .where('a.status', 'in', ['approved', 'revoked'])
    .execute();
  const devices = await db
    .selectFrom('devices')
    .select(['organisation', 'id', 'holder'])
    .where('holder', 'is not', null)
    .execute();
  const holders = new Map(
    devices.map(({ organisation, id, holder }) => [`${organisation}\n${id}`, personKey(holder ?? '')]),
  );
  for (const { subject_key: key, organisation, authorisation } of subjects) {
    if (!/^(?:person|device):/.test(key)) continue;
    const holder = holders.get(`${organisation}\n${key.replace(/^device:/, '')}`);
    const rows = [key, ...(key.startsWith('device:') && holder !== undefined ? [holder] : [])].map((taker_key) => ({
      organisation,
      taker_key,
      authorisation,
    }));
    await db
      .insertInto('authorisation_takers')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Whose days in a year an authorisation takes, and what paper it is for and what became of it. */
export const daysAndPaper: Migration = {
  async up(db: Kysely<unknown>) {
    const columns = ['organisation', 'taker_key', 'authorisation'] as const;
    let takers = db.schema.createTable('authorisation_takers');
    for (const name of columns) takers = takers.addColumn(name, sql`text`, (column) => column.notNull());
    await takers.addPrimaryKeyConstraint('authorisation_takers_key', [...columns] as never[]).execute();
    await fillTakers(db);
    for (const name of ['paper', 'paper_outcome', 'paper_how', 'paper_said_by'])
      await db.schema.alterTable('authorisations').addColumn(name, sql`text`).execute();
    for (const name of ['paper_said_at', 'paper_told_at'])
      await db.schema.alterTable('authorisations').addColumn(name, sql`bigint`).execute();
  },
};
