import type { Caller, Spanner } from '../../access.ts';
import { recordAct } from '../../audit/record.ts';
import type { Db } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { problem } from '../../errors.ts';
import { isCallerRole } from '../permissions.ts';
import type { Session } from '../sessions.ts';

interface Span {
  /** The organisation in which the role holds. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** The roles that somebody has in other organisations now: their own account's before their groups', the older first. */
async function spansOf(db: Db, { home, localAccount, groups }: Spanner): Promise<Span[]> {
  const rows = await db
    .selectFrom('spanning_roles as grant')
    .innerJoin('organisations', 'organisations.id', 'grant.organisation')
    .select(['organisations.id', 'organisations.name', 'grant.role'])
    .where('grant.home', '=', home)
    .where((eb) =>
      eb.or([
        eb.and([eb('grant.kind', '=', 'account'), eb('grant.holder', '=', localAccount ?? '')]),
        eb.and([eb('grant.kind', '=', 'group'), eb('grant.holder', 'in', ['', ...groups])]),
      ]),
    )
    .orderBy('organisations.name')
    .orderBy('grant.kind')
    .orderBy('grant.id')
    .execute();
  return rows;
}

/** Which organisations somebody may choose from, their own first; none where there is no choice. */
export async function organisationsOf(
  db: Db,
  spanner: Spanner | null,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (spanner === null) return [];
  const others = await spansOf(db, spanner);
  if (others.length === 0) return [];
  const own = await db.selectFrom('organisations').select(['id', 'name']).where('id', '=', spanner.home).execute();
  return [...new Map([...own, ...others].map(({ id, name }) => [id, { id, name }])).values()];
}

/** One answer for what there is and what there is not: nobody learns of an organisation by asking. */
export const notTheirs = () =>
  problem('not-permitted', 'You have no role in this organisation. Leave `organisation` out to act in your own.');

/**
 * Whoever a session's person is where they act: in the organisation that the request names, else in the one that they
 * have chosen, else in their own. Elsewhere they go by their name and whose they are, so that nobody takes them for a person
 * of that name there, and nothing there is theirs by its name. Throws `not-permitted`.
 */
export async function actingIn(db: Db, { caller, spanner }: Session, named: string | undefined): Promise<Caller> {
  const wanted = named ?? spanner?.actsIn ?? caller.organisation;
  if (wanted === caller.organisation) return caller;
  const found = spanner === null ? undefined : (await spansOf(db, spanner)).find(({ id }) => id === wanted);
  if (found === undefined || !isCallerRole(found.role)) {
    if (named !== undefined) throw notTheirs();
    return caller;
  }
  const { organisation, name } = caller;
  const own = await db.selectFrom('organisations').select('name').where('id', '=', organisation).executeTakeFirst();
  const called = `${name} (${own?.name ?? organisation})`;
  return { ...caller, organisation: wanted, role: found.role, name: called, home: { organisation, name } };
}

/** Keeps where somebody acts from now on, which that organisation's audit log says. `acting` is of `actingIn`. */
export async function keepActing(db: Db, session: Session, acting: Caller, at: number): Promise<void> {
  const actsIn = acting.home === undefined ? null : acting.organisation;
  if (session.spanner === null || session.spanner.actsIn === actsIn) return;
  await inTransaction(db, async (tx) => {
    await tx.updateTable('sessions').set({ acts_in: actsIn }).where('id_hash', '=', session.hash).execute();
    if (actsIn === null) return;
    const { name: actor, role, home } = acting;
    const act = { organisation: actsIn, at, actor, action: 'organisation-entered', target: 'console' };
    await recordAct(tx, { ...act, detail: { role, home: home?.organisation ?? '' } });
  });
}
