import { sql } from 'kysely';
import type { Tx } from '../../../packages/server/src/db/database.ts';
import { runsSideBySide } from '../../../packages/server/src/db/engine.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { progress } from '../result.ts';
import type { CouncilDevice } from './devices.ts';
import { RULES } from './rules.ts';
import { NOW, YEAR_MS } from './sizes.ts';

/** Of every hundred findings of a device so many are events: what happened, not what holds. */
const EVENT_EVERY = 33;
const IN_A_TURN = 250_000;
const INDEXES = ['findings_by_arrival', 'findings_events'] as const;

interface Words {
  /** 64 hexadecimal digits, which no two rows have in common. */
  readonly link: string;
  readonly bytes: (text: string) => string;
  readonly places: string;
}

const WORDS: Readonly<Record<'sqlite' | 'postgres', Words>> = {
  sqlite: {
    link: 'lower(hex(randomblob(32)))',
    bytes: (text) => `cast(${text} as blob)`,
    places:
      'with recursive p(place) as (select 1 union all select place + 1 from p where place < $most) select place from p',
  },
  postgres: {
    link: 'md5(d.device || n.place) || md5(n.place::text)',
    bytes: (text) => `convert_to(${text}, 'UTF8')`,
    places: 'select generate_series(1, $most)',
  },
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Those of a rule by its number: the states take turns, and an event comes now and then. */
async function writeHelpers(db: Tx, devices: readonly CouncilDevice[], { places }: Words): Promise<void> {
  await sql`create table bench_devices (number bigint, device text, findings bigint)`.execute(db);
  await sql`create table bench_rules (number bigint, rule text, clause text, check_name text, subject text, kind text, severity text, observed text)`.execute(
    db,
  );
  const most = Math.max(...devices.map(({ findings }) => findings));
  await sql`create table bench_places (place bigint)`.execute(db);
  await sql.raw(`insert into bench_places ${places.replaceAll('$most', String(most))}`).execute(db);
  await sql.raw('create index bench_places_by_place on bench_places (place)').execute(db);
  const values = devices.map(({ id, findings }, number) => `(${number}, ${quoted(id)}, ${findings})`);
  await sql.raw(`insert into bench_devices values ${values.join(', ')}`).execute(db);
  const rules = RULES.map(({ rule, clause, check, subjects, kind, severity, observed }, number) => {
    const texts = [rule, clause, check, subjects[0] ?? '', kind, severity, observed].map(quoted);
    return `(${number}, ${texts.join(', ')})`;
  });
  await sql.raw(`insert into bench_rules values ${rules.join(', ')}`).execute(db);
  if (runsSideBySide(db)) await sql.raw('analyze bench_places, bench_devices, bench_rules').execute(db);
}

/** A part of the year's findings of all devices, in the order in which they came: as a table that has grown has them. */
function statementFor({ link, bytes }: Words, part: number, parts: number): string {
  const events = RULES.filter(({ kind }) => kind === 'event').length;
  const states = RULES.length - events;
  const ruleNumber = `case when n.place % ${EVENT_EVERY} = 0 then ${states} + (n.place / ${EVENT_EVERY}) % ${events} else (n.place + d.number) % ${states} end`;
  const verdict = `case when r.kind = 'event' or n.place % 5 = 0 then 'fail' when n.place % 17 = 0 then 'unknown' else 'pass' end`;
  const at = `${NOW - YEAR_MS} + (n.place * ${YEAR_MS}) / (d.findings + 1) + (d.number * 7919) % 60000`;
  const body = `'{"salt":"bench' || n.place || '","rule":"' || r.rule || '","subject":"' || r.subject || '","observed":' || r.observed || '}'`;
  return `insert into findings (organisation, device, generation, sequence, link, body_hash, body, received_at, form, at,
    rule, clause, check_name, subject, kind, verdict, reason, severity, policy_version)
    select '${ORGANISATION}', d.device, 1, n.place, ${link}, ${link}, ${bytes(body)}, ${at}, 'finding', ${at} - 2000,
    r.rule, r.clause, r.check_name, r.subject, r.kind, ${verdict}, case when n.place % 17 = 0 and n.place % 5 <> 0 and r.kind = 'state' then 'access-denied' end, r.severity, '2026.1'
    from bench_devices d
    join bench_places n on n.place > d.findings * ${part} / ${parts} and n.place <= d.findings * ${part + 1} / ${parts}
    join bench_rules r on r.number = ${ruleNumber} order by ${at}`;
}

/** What makes each index anew once the rows are there, which takes a part of the time. */
async function withoutIndexes(db: Tx, work: () => Promise<void>): Promise<void> {
  const query = runsSideBySide(db)
    ? sql<{ made: string }>`select indexdef as made from pg_indexes where indexname in (${sql.join(INDEXES)})`
    : sql<{ made: string }>`select sql as made from sqlite_master where name in (${sql.join(INDEXES)})`;
  const { rows } = await query.execute(db);
  for (const name of INDEXES) await db.schema.dropIndex(name).execute();
  await work();
  progress('pages: the indexes of the findings are made');
  for (const { made } of rows) await sql.raw(made).execute(db);
}

/**
 * The findings of a year, made by the database itself: what passes through a program takes ten times as long. In one
 * transaction that empties the table first: PostgreSQL then need not log them (its manual, 14.4.7).
 */
export async function insertFindings(db: Tx, devices: readonly CouncilDevice[]): Promise<void> {
  const words = WORDS[runsSideBySide(db) ? 'postgres' : 'sqlite'];
  if (runsSideBySide(db)) await sql`truncate findings`.execute(db);
  await writeHelpers(db, devices, words);
  await withoutIndexes(db, async () => {
    const count = devices.reduce((sum, { findings }) => sum + findings, 0);
    const parts = Math.ceil(count / IN_A_TURN);
    for (let part = 0; part < parts; part += 1) {
      await sql.raw(statementFor(words, part, parts)).execute(db);
      progress(`pages: ${Math.round((count * (part + 1)) / parts)} findings`);
    }
  });
  for (const table of ['bench_devices', 'bench_rules', 'bench_places']) await db.schema.dropTable(table).execute();
}
