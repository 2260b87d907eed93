import type { Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import type { Person } from '../people/store.ts';
import type { Connector, Facility } from './connector.ts';
import { needsSecondPerson } from './order.ts';
import type { Order, PreviewAsked, PreviewStep } from './schema.ts';
import { connectorsFor, peopleNamed } from './subjects.ts';

interface PreviewDeps {
  readonly db: Db;
  readonly connectors: readonly Connector[];
}

/** Of more people it is only told what would be looked at: each is a question to each system. */
const MOST_LOOKED_AT = 25;
const AT_ONCE = 8;
const TIME_LIMIT_MS = 15_000;

interface Part {
  readonly person: Person;
  readonly facility: Facility;
  readonly connector: Connector;
}

/** What another withdrawal has taken already is not there to be taken, and stays away. */
async function takenBy(db: Db, { person, facility, connector }: Part): Promise<string | undefined> {
  const row = await db
    .selectFrom('withdrawal_targets as target')
    .innerJoin('withdrawal_steps as step', (join) =>
      join.onRef('step.organisation', '=', 'target.organisation').onRef('step.target', '=', 'target.id'),
    )
    .innerJoin('withdrawals as whole', (join) =>
      join.onRef('whole.organisation', '=', 'step.organisation').onRef('whole.id', '=', 'step.withdrawal'),
    )
    .select('whole.ref')
    .where('target.organisation', '=', person.organisation)
    .where('target.person', '=', person.id)
    .where('target.facility', '=', facility)
    .where('target.connector', '=', connector.name)
    .where('target.before', 'is not', null)
    .where('step.holds', '=', 1)
    .orderBy('whole.ref')
    .limit(1)
    .executeTakeFirst();
  return row?.ref;
}

async function lookAt(db: Db, part: Part, signal: AbortSignal) {
  const { person, facility, connector } = part;
  const { organisation, id, account, email } = person;
  const ref = await takenBy(db, part);
  if (ref !== undefined)
    return { changes: [`Nothing now: ${ref} has withdrawn it already`], warnings: [], trouble: null, looked: true };
  try {
    const found = await connector.find({ organisation, person: id, account, email }, facility, signal);
    return { changes: [...found.changes], warnings: [...(found.warnings ?? [])], trouble: null, looked: true };
  } catch (error) {
    return { changes: [], warnings: [], trouble: error instanceof Error ? error.message : String(error), looked: true };
  }
}

async function lookAtAll(db: Db, parts: readonly Part[]): Promise<Awaited<ReturnType<typeof lookAt>>[]> {
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const found: Awaited<ReturnType<typeof lookAt>>[] = [];
  for (let from = 0; from < parts.length; from += AT_ONCE)
    found.push(...(await Promise.all(parts.slice(from, from + AT_ONCE).map((part) => lookAt(db, part, signal)))));
  return found;
}

/** Exactly what a withdrawal would change, read from each system now; changes nothing and is not kept. */
export async function previewWithdrawal(
  caller: Caller,
  asked: PreviewAsked & Partial<Pick<Order, 'mode'>>,
  { db, connectors }: PreviewDeps,
) {
  const people = await peopleNamed(db, caller.organisation, asked.subjects);
  const parts = people.flatMap((person) =>
    asked.facilities.flatMap((facility) =>
      connectorsFor(facility, connectors).map((connector) => ({ person, facility, connector })),
    ),
  );
  const looked = await lookAtAll(db, people.length > MOST_LOOKED_AT ? [] : parts);
  const steps = parts.map(
    ({ person, facility, connector }, index): PreviewStep => ({
      subject: person.account,
      facility,
      connector: connector.name,
      dryRun: !connector.enabled,
      ...(looked[index] ?? { changes: [], warnings: [], trouble: null, looked: false }),
    }),
  );
  const needs = needsSecondPerson({ mode: asked.mode ?? 'temporary', subjects: asked.subjects });
  return { needsSecondPerson: needs, people: people.length, steps };
}
