import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { keptSince } from '../organisation/retention.ts';
import type { Person } from '../people/store.ts';
import { noneOf } from './held-now.ts';
import { isNamedAnywhere } from './named-in.ts';
import { isNamed, namesOf, replacerOf } from './names.ts';
import { NAMING } from './naming-columns.ts';
import { type Step, stepOf } from './phase.ts';
import type { PurgeContext } from './purge-findings.ts';
import { endAccount, replaceIn, replacing } from './replace-names.ts';

/** What stands where something was; a breach that has it as what was seen has been erased. */
export const ERASED_OBSERVED = '{"erased":true}';
export const ERASED_TEXT = 'erased';

const BREACHES_AT_ONCE = 50;

async function eraseBreaches(tx: Tx, organisation: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('breaches')
    .set({ observed: ERASED_OBSERVED, subject: ERASED_TEXT, report: null, assessment: null })
    .set({ acknowledged_by: null, aware_by: null, owner: null })
    // It stays one that is not told of everywhere; whom it was kept from is told no longer.
    .set((eb) => ({ concealed_from: eb.case().when('concealed_from', 'is', null).then(null).else('[]').end() }))
    .where('organisation', '=', organisation)
    .where('id', 'in', [...ids])
    .execute();
  await tx
    .updateTable('breach_events')
    .set({ actor: ERASED_TEXT, detail: '{}' })
    .where('organisation', '=', organisation)
    .where('breach', 'in', [...ids])
    .execute();
  await tx
    .updateTable('breach_actions')
    .set({ title: ERASED_TEXT, note: null, owner: ERASED_TEXT, made_by: ERASED_TEXT, ended_by: null })
    .where('organisation', '=', organisation)
    .where('breach', 'in', [...ids])
    .execute();
}

/** Of breaches that ended long ago what they say of anybody; their kind, their days and what was decided stay. */
export async function purgeBreaches(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const rows = await tx
    .selectFrom('breaches')
    .select('id')
    .where('organisation', '=', organisation)
    .where('ended_at', '<', keptSince(now, retention.breaches))
    .where('observed', '<>', ERASED_OBSERVED)
    .where(noneOf('id', held.breaches))
    .where('id', '>', place === null ? '' : (JSON.parse(place) as string))
    .orderBy('id')
    .limit(BREACHES_AT_ONCE)
    .execute();
  const ids = rows.map(({ id }) => id);
  await eraseBreaches(tx, organisation, ids);
  return stepOf({ erased: ids.length, looked: ids.length, atOnce: BREACHES_AT_ONCE, next: ids.at(-1) });
}

const MESSAGES_AT_ONCE = 500;

/** Of messages to whom they went and what they said; that there was one, when, and of what stays. */
export async function purgeMessages(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const rows = await tx
    .selectFrom('notices')
    .select(['id', 'breaches', 'address', 'title', 'body'])
    .where('organisation', '=', organisation)
    .where(sql<boolean>`body <> ''`)
    .where('created_at', '<', keptSince(now, retention.messages))
    .where('status', '<>', 'waiting')
    .where('id', '>', place === null ? '' : (JSON.parse(place) as string))
    .orderBy('id')
    .limit(MESSAGES_AT_ONCE)
    .execute();
  const ids = rows
    .filter(({ breaches }) => !(JSON.parse(breaches) as string[]).some((id) => held.breaches.includes(id)))
    .filter(({ address }) => !held.names.some((names) => isNamed(names, address)))
    .filter(({ title, body }) => !held.names.some((names) => replacerOf(names, '')(title + body) !== title + body))
    .map(({ id }) => id);
  if (ids.length > 0)
    await tx
      .updateTable('notices')
      .set({ address: '', title: 'Erased', body: '', last_error: null, receipt: null })
      .where('organisation', '=', organisation)
      .where('id', 'in', ids)
      .execute();
  return stepOf({ erased: ids.length, looked: rows.length, atOnce: MESSAGES_AT_ONCE, next: rows.at(-1)?.id });
}

const PEOPLE_AT_ONCE = 10;
/** That somebody once signed in, or changed a list by hand, keeps nobody: it is no longer their name that stands there. */
const SIGNED_IN: readonly string[] = ['hand_changes', 'saved_views', 'accounts', 'sessions', 'sign_in_codes'];
/** Rows that are the person's own, and go with them. */
const OWN = ['people_group_members', 'role_holders'] as const;

/** Takes a person out of the list, with their groups and roles and what was changed of them by hand. */
export async function deletePerson(tx: Tx, { organisation, id, account }: Person): Promise<void> {
  for (const table of OWN)
    await tx.deleteFrom(table).where('organisation', '=', organisation).where('person', '=', id).execute();
  await tx
    .deleteFrom('hand_changes')
    .where('organisation', '=', organisation)
    .where('register', '=', 'people')
    .where('row_key', '=', account)
    .execute();
  await tx.deleteFrom('people').where('organisation', '=', organisation).where('id', '=', id).execute();
}

/** People who have been gone for long, whom nothing kept names. */
export async function purgePeople(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const rows = await tx
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('gone_at', '<', keptSince(now, retention.people))
    .where('account', '>', place === null ? '' : (JSON.parse(place) as string))
    .orderBy('account')
    .limit(PEOPLE_AT_ONCE)
    .execute();
  let erased = 0;
  for (const person of rows) {
    if (held.people.includes(person.account)) continue;
    const names = await namesOf(tx, person);
    if (await isNamedAnywhere(tx, organisation, names, SIGNED_IN)) continue;
    await deletePerson(tx, person);
    const how = replacing(person, names);
    for (const table of NAMING.filter((one) => SIGNED_IN.includes(one.table)))
      await replaceIn(tx, table, organisation, how);
    await endAccount(tx, organisation, how.put, now);
    erased += 1;
  }
  return stepOf({ erased, looked: rows.length, atOnce: PEOPLE_AT_ONCE, next: rows.at(-1)?.account });
}
