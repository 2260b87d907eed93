import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { countDevices, standingStates } from './read.ts';

export interface UnknownFigure {
  /** Null where the device gave none. */
  readonly reason: string | null;
  readonly devices: number;
  readonly checks: number;
}

/** What devices cannot tell, by their reason: the most devices first. */
export async function unknownByReason(db: Db, organisation: string): Promise<UnknownFigure[]> {
  const rows = await db
    .selectFrom(standingStates(db, organisation))
    .select(['reason', (eb) => eb.fn.count('device').distinct().as('devices'), (eb) => eb.fn.countAll().as('checks')])
    .where('verdict', '=', 'unknown')
    .groupBy('reason')
    .orderBy('devices', 'desc')
    .orderBy('reason')
    .execute();
  return rows.map((row) => ({ ...row, devices: Number(row.devices), checks: Number(row.checks) }));
}

export interface RuleFigure {
  readonly rule: string;
  readonly clause: string;
  /** Devices by their worst verdict for the rule: a fail outweighs an unknown, which outweighs the rest. */
  readonly fail: number;
  readonly unknown: number;
  readonly exempt: number;
  readonly pass: number;
}

const RANKS = ['pass', 'exempt', 'unknown', 'fail'] as const;

/** The worst verdict among states, by its place in `RANKS`. */
const worst = sql<number>`max(case verdict when 'fail' then 3 when 'unknown' then 2 when 'exempt' then 1 else 0 end)`;

export type Standing = Pick<RuleFigure, 'fail' | 'unknown' | 'exempt' | 'pass'>;

/** How the devices stand to all rules together: each by its worst verdict. */
export async function standingOfDevices(db: Db, organisation: string): Promise<Standing> {
  const devices = db
    .selectFrom(standingStates(db, organisation))
    .select(['device', worst.as('rank')])
    .where('verdict', '!=', 'not-applicable')
    .groupBy('device')
    .as('worst');
  const rows = await db
    .selectFrom(devices)
    .select(['rank', (eb) => eb.fn.countAll().as('count')])
    .groupBy('rank')
    .execute();
  const of = (verdict: (typeof RANKS)[number]) => Number(rows.find(({ rank }) => RANKS[rank] === verdict)?.count ?? 0);
  return { fail: of('fail'), unknown: of('unknown'), exempt: of('exempt'), pass: of('pass') };
}

/**
 * How many devices stand at which worst verdict for each rule, by its place in `RANKS`. Each table for itself, in the
 * order of its key: together they would have to be sorted.
 */
const worstVerdicts = (db: Db, organisation: string, table: 'states' | 'judged_states') =>
  db
    .selectFrom(
      db
        .selectFrom(table)
        .select((eb) => ['rule', eb.fn.max('clause').as('clause'), worst.as('rank')])
        .where('organisation', '=', organisation)
        .where('verdict', '!=', 'not-applicable')
        .groupBy(['device', 'rule'])
        .as('worst'),
    )
    .select(['rule', 'clause', 'rank', (eb) => eb.fn.countAll().as('count')])
    .groupBy(['rule', 'clause', 'rank'])
    .execute();

/** How every rule stands across the devices, the most failing first. */
export async function standingByRule(db: Db, organisation: string): Promise<RuleFigure[]> {
  const rows = [
    ...(await worstVerdicts(db, organisation, 'states')),
    ...(await worstVerdicts(db, organisation, 'judged_states')),
  ];
  const figures = new Map<string, RuleFigure>();
  for (const { rule, clause, rank, count } of rows) {
    const before = figures.get(rule) ?? { rule, clause, fail: 0, unknown: 0, exempt: 0, pass: 0 };
    const verdict = RANKS[rank] ?? 'unknown';
    figures.set(rule, { ...before, [verdict]: before[verdict] + Number(count) });
  }
  return [...figures.values()].toSorted(
    (a, b) => b.fail - a.fail || b.unknown - a.unknown || a.rule.localeCompare(b.rule),
  );
}

export interface FleetFigures {
  readonly registered: number;
  readonly enrolled: number;
  /** Enrolled, and not heard from since the moment asked about. */
  readonly silent: number;
}

export async function fleetFigures(db: Db, organisation: string, silentSince: number): Promise<FleetFigures> {
  const [registered, enrolled, silent] = await Promise.all([
    countDevices(db, organisation),
    countDevices(db, organisation, { enrolled: true }),
    countDevices(db, organisation, { enrolled: true, silentSince }),
  ]);
  return { registered, enrolled, silent };
}

/** On how many devices each rule fails that fails on any, the most failing first. */
export async function failingByRule(
  db: Db,
  organisation: string,
): Promise<readonly Pick<RuleFigure, 'rule' | 'clause' | 'fail'>[]> {
  const rows = await db
    .selectFrom(standingStates(db, organisation))
    .select((eb) => ['rule', eb.fn.max('clause').as('clause'), eb.fn.count('device').distinct().as('fail')])
    .where('verdict', '=', 'fail')
    .groupBy('rule')
    .orderBy('fail', 'desc')
    .orderBy('rule')
    .execute();
  return rows.map((row) => ({ ...row, fail: Number(row.fail) }));
}
