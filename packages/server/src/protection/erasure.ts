import { sql } from 'kysely';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { containing } from '../containing.ts';
import type { Db, Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { heldBy } from '../people/holder.ts';
import { type Person, personByAccount } from '../people/store.ts';
import { noteChanged } from '../registers/versions.ts';
import { refuseErasure, type ToErase } from './erasure-refusals.ts';
import { heldNow } from './held-now.ts';
import { isNamed, type Names, namesOf } from './names.ts';
import { NAMING } from './naming-columns.ts';
import { ERASED_FINDING } from './purge-findings.ts';
import { deletePerson } from './purge-others.ts';
import { endAccount, replaceIn, replacing } from './replace-names.ts';

/** A device that the audit log names somebody else for may have told of them. */
async function heldByOthers(tx: Tx, organisation: string, tag: string, names: Names): Promise<boolean> {
  const acts = await tx
    .selectFrom('audit')
    .select('detail')
    .where('organisation', '=', organisation)
    .where('target', '=', `device:${tag}`)
    .where(sql<boolean>`detail like ${containing('"holder":')} escape '\\'`)
    .execute();
  return acts.some(({ detail }) =>
    [...detail.matchAll(/"holder":("(?:[^"\\]|\\.)*")/g)].some(([, text = '""']) => {
      const holder = JSON.parse(text) as string;
      return holder !== '' && !isNamed(names, holder);
    }),
  );
}

async function devicesOf(tx: Tx, person: Person) {
  const tags = (await heldBy(tx as unknown as Db, person)).devices.map(({ asset_tag: tag }) => tag);
  if (tags.length === 0) return [];
  return tx
    .selectFrom('devices')
    .select(['id', 'asset_tag'])
    .where('organisation', '=', person.organisation)
    .where('asset_tag', 'in', tags)
    .orderBy('id')
    .execute();
}

async function eraseFindings(tx: Tx, organisation: string, device: string): Promise<number> {
  const result = await tx
    .updateTable('findings')
    .set(ERASED_FINDING)
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('body', 'is not', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export interface Erased {
  readonly pseudonym: string;
  /** How many findings' content is gone, and how many rows of other tables name them no more. */
  readonly findings: number;
  readonly rows: number;
  /** Devices of theirs whose findings stay, as somebody else has held them. */
  readonly left: readonly string[];
}

/** Their name goes from the register of devices; what ran under it begins anew. */
async function letGo(tx: Tx, organisation: string, put: string): Promise<void> {
  await tx
    .updateTable('devices')
    .set({ holder: null })
    .where('organisation', '=', organisation)
    .where('holder', '=', put)
    .execute();
  await tx
    .updateTable('sticks')
    .set({ holder: null })
    .where('organisation', '=', organisation)
    .where('holder', '=', put)
    .execute();
}

async function eraseAll(
  tx: Tx,
  { person, names, now }: ToErase,
  devices: readonly { id: string; asset_tag: string }[],
): Promise<Erased> {
  const { organisation } = person;
  const how = replacing(person, names);
  const { put } = how;
  let findings = 0;
  const left: string[] = [];
  for (const { id, asset_tag: tag } of devices)
    if (await heldByOthers(tx, organisation, tag, names)) left.push(tag);
    else findings += await eraseFindings(tx, organisation, id);
  await deletePerson(tx, person);
  let rows = 0;
  for (const table of NAMING) rows += await replaceIn(tx, table, organisation, how);
  await letGo(tx, organisation, put);
  await endAccount(tx, organisation, put, now);
  return { pseudonym: put, findings, rows, left };
}

interface Deps {
  readonly db: Db;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Erases a person, all at once or not at all: their entry, what devices said that only they held, and their names wherever
 * else they stand. The audit log keeps what it says, and who erased whom by a pseudonym. Throws `person-unknown`, and
 * `conflict` with what keeps them.
 */
export async function erasePerson(
  caller: Caller,
  { account, reason }: { readonly account: string; readonly reason: string },
  { db, now }: Deps,
): Promise<Erased> {
  const { organisation } = caller;
  return inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const person = await personByAccount(tx, organisation, account);
    if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
    const [names, devices] = [await namesOf(tx, person), await devicesOf(tx, person)];
    const held = await heldNow(tx, organisation, now);
    const erased = { person, names, devices: devices.map(({ id }) => id), held, now };
    await refuseErasure(tx, caller, erased);
    const done = await eraseAll(tx, erased, devices);
    const by = actorOf(caller);
    await noteChanged(tx, 'people', { organisation, at: now });
    const detail = { reason: replacing(person, names).replace(reason), findings: done.findings, rows: done.rows };
    const act = { organisation, at: now, actor: by, action: 'person-erased', target: `person:${done.pseudonym}` };
    await recordAct(tx, { ...act, detail });
    return done;
  });
}
