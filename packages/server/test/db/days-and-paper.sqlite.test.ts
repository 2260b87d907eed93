import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { daysAndPaper } from '../../src/db/migrations/0010-days-and-paper.ts';
import { openDatabase } from '../../src/db/open.ts';
import { seedAuthorisations } from '../support/seed-authorisations.ts';
import { ensureOrganisation } from '../../src/organisation/store.ts';
import { seedDevice } from '../support/seed.ts';

const NOW = Date.parse('2026-06-04T08:32:00Z');

it('finds whose days those took that were given before they were counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-takers-'));
  const { db, close } = openDatabase(folder);
  try {
    await migrate(db);
    await ensureOrganisation(db, { name: 'Northmere Borough Council', at: NOW });
    await seedDevice(db, { id: 'kit', holder: 'Kit  Osei' });
    await seedAuthorisations(db, NOW);
    const [approved] = await db
      .selectFrom('authorisations')
      .select(['organisation', 'id'])
      .where('status', '=', 'approved')
      .execute();
    const { organisation = '', id: authorisation = '' } = approved ?? {};
    const takers = () => db.selectFrom('authorisation_takers').select('taker_key').orderBy('taker_key').execute();
    const before = await takers();
    await db
      .insertInto('authorisation_subjects')
      .values({ organisation, subject_key: 'device:kit', authorisation })
      .execute();
    await sql`drop table authorisation_takers`.execute(db);
    for (const name of ['paper', 'paper_outcome', 'paper_how', 'paper_said_by', 'paper_said_at', 'paper_told_at'])
      await sql`alter table authorisations drop column ${sql.ref(name)}`.execute(db);
    await daysAndPaper.up(db);
    expect(before).toEqual([{ taker_key: 'person:sam rivers' }]);
    expect((await takers()).map(({ taker_key: key }) => key)).toEqual([
      'device:kit',
      'person:kit osei',
      'person:sam rivers',
    ]);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});
