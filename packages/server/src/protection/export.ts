import { durationInWords, iso } from '@beadle/shared';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Retention } from '../organisation/retention.ts';
import { heldBy } from '../people/holder.ts';
import { type Person, personByAccount } from '../people/store.ts';
import { type ExportContext, partsOf } from './export-parts.ts';
import { mentionsOf } from './export-rows.ts';
import { type Held, INVENTORY } from './inventory.ts';
import { maskOthers } from './mask-others.ts';
import { namesOf } from './names.ts';

export const EXPORT_FORM = 'beadle-person-export-1';

async function contextOf(db: Db, person: Person): Promise<ExportContext> {
  const { organisation } = person;
  const names = await namesOf(db, person);
  const tags = (await heldBy(db, person)).devices.map(({ asset_tag: tag }) => tag);
  const devices =
    tags.length === 0
      ? []
      : await db
          .selectFrom('devices')
          .select(['id', 'asset_tag'])
          .where('organisation', '=', organisation)
          .where('asset_tag', 'in', tags)
          .orderBy('id')
          .execute();
  return { db, person, names, devices, mentions: mentionsOf(names), mask: await maskOthers(db, organisation, names) };
}

export const keptWords = ({ kept }: Pick<Held, 'kept'>, retention: Retention): string =>
  'by' in kept ? durationInWords(retention[kept.by]) : kept.until;

interface Written {
  readonly db: Db;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

async function* write(
  context: ExportContext,
  { writtenFor, now }: { readonly writtenFor: string; readonly now: number },
) {
  const { db, person } = context;
  const { name: council, settings } = await readOrganisation(db, person.organisation);
  const head = {
    form: EXPORT_FORM,
    council,
    person: { account: person.account, name: person.name },
    writtenAt: iso(now),
    writtenFor,
    note: 'All that the council’s server holds about this person. Other people are named only where that is theirs to have.',
  };
  yield `${JSON.stringify(head).slice(0, -1)},"parts":[`;
  let between = '';
  for (const { table, rows } of partsOf(context)) {
    const { what, why, kept } = INVENTORY[table];
    const told = { part: table, what, why, kept: keptWords({ kept }, settings.retention) };
    yield `${between}\n${JSON.stringify(told).slice(0, -1)},"rows":[`;
    between = ',';
    let comma = '';
    for await (const row of rows()) {
      yield `${comma}\n${JSON.stringify(row)}`;
      comma = ',';
    }
    yield ']}';
  }
  yield ']}\n';
}

/**
 * All that is held about a person, as the text of one JSON document, a piece at a time: however much there is, little of it
 * is in memory. That it was taken is on record before the first piece. Throws `person-unknown`.
 */
export async function exportPerson(
  caller: Caller,
  account: string,
  { db, now }: Written,
): Promise<AsyncGenerator<string>> {
  const { organisation } = caller;
  const person = await personByAccount(db, organisation, account);
  if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
  const actor = actorOf(caller);
  const act = { organisation, at: now, actor, action: 'person-exported', target: `person:${person.account}` };
  await inTransaction(db, (tx) => recordAct(tx, act));
  return write(await contextOf(db, person), { writtenFor: actor, now });
}
