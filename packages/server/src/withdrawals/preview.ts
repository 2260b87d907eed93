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

async function lookAt({ person, facility, connector }: Part, signal: AbortSignal) {
  const { organisation, id, account, email } = person;
  try {
    const { changes } = await connector.find({ organisation, person: id, account, email }, facility, signal);
    return { changes: [...changes], trouble: null, looked: true };
  } catch (error) {
    return { changes: [], trouble: error instanceof Error ? error.message : String(error), looked: true };
  }
}

async function lookAtAll(parts: readonly Part[]): Promise<Awaited<ReturnType<typeof lookAt>>[]> {
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const found: Awaited<ReturnType<typeof lookAt>>[] = [];
  for (let from = 0; from < parts.length; from += AT_ONCE)
    found.push(...(await Promise.all(parts.slice(from, from + AT_ONCE).map((part) => lookAt(part, signal)))));
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
  const looked = await lookAtAll(people.length > MOST_LOOKED_AT ? [] : parts);
  const steps = parts.map(
    ({ person, facility, connector }, index): PreviewStep => ({
      subject: person.account,
      facility,
      connector: connector.name,
      dryRun: !connector.enabled,
      ...(looked[index] ?? { changes: [], trouble: null, looked: false }),
    }),
  );
  const needs = needsSecondPerson({ mode: asked.mode ?? 'temporary', subjects: asked.subjects });
  return { needsSecondPerson: needs, people: people.length, steps };
}
