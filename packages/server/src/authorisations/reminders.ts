import { isRole, type Random, type Role } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import { queueNotice } from '../notify/queue.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Settings } from '../settings.ts';
import { type Due, dueOf, TOLD } from './due.ts';
import { authorisationsNotice, type InMessage } from './messages.ts';
import { PAPER_KINDS, paperDue } from './paper.ts';
import { appendEvent, type AuthorisationRow } from './store.ts';

export const ROUND_JOB = 'authorisation-round';

interface Round {
  readonly at: number;
  readonly random: Random;
}

function planAt(tx: Tx, organisation: string, runAt: number, { at, random }: Round): Promise<void> {
  return enqueue(tx, { organisation, kind: ROUND_JOB, key: ROUND_JOB, payload: {}, runAt, at }, random);
}

/** Sees to it that somebody is told of an authorisation when it is time; call it whenever one has changed. */
export async function planRound(tx: Tx, row: AuthorisationRow, round: Round): Promise<void> {
  const moments = dueOf(row).map(({ at }) => at);
  if (moments.length > 0) await planAt(tx, row.organisation, Math.max(round.at, Math.min(...moments)), round);
}

/** Those of which something is still to be told. */
const untold = (tx: Tx, organisation: string): Promise<AuthorisationRow[]> =>
  tx
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('status', 'in', ['requested', 'approved', 'revoked'])
    .where((eb) =>
      eb.or([
        eb.and([eb('status', '=', 'requested'), eb('asked_told_at', 'is', null)]),
        eb.and([eb('status', '=', 'approved'), eb('lapse_told_at', 'is', null)]),
        eb.and([eb('kind', 'in', PAPER_KINDS), eb('status', '!=', 'requested'), eb('paper_outcome', 'is', null)]),
      ]),
    )
    .orderBy('ref')
    .execute();

/**
 * Who is told: the role that decides; of what comes to an end the role of whoever asked as well, where the council has
 * named somebody for it: a worker's own address is nowhere on record.
 */
function toldOf(row: AuthorisationRow, { matter }: Due, named: (role: Role) => boolean): readonly Role[] {
  // Paper is for the role that let it go home.
  if (matter === 'paper') return [row.decided_role ?? row.demanded_role].filter(isRole);
  const roles = [row.demanded_role, ...(matter === 'asked' || matter === 'review' ? [] : [row.requested_role])];
  return [...new Set(roles)].filter(isRole).filter((role, index) => index === 0 || named(role));
}

const endsOf = (row: AuthorisationRow) => ({
  validTo: Math.min(row.valid_to, row.revoked_at ?? row.valid_to),
  paperBy: paperDue(row)?.dueAt ?? null,
});

async function markTold(tx: Tx, row: AuthorisationRow, due: readonly Due[], at: number): Promise<void> {
  // Not an act of a person: whoever is looking at it has not looked at anything old.
  await tx
    .updateTable('authorisations')
    .set(Object.fromEntries(due.map(({ matter }) => [TOLD[matter], at])))
    .where('organisation', '=', row.organisation)
    .where('id', '=', row.id)
    .execute();
  // Paper that is asked after again and again stands in the history once.
  for (const { matter } of due.filter((one) => one.matter !== 'paper' || row.paper_told_at === null))
    await appendEvent(tx, row, {
      at,
      actor: 'beadle',
      type: matter === 'lapsed' ? 'lapsed' : 'reminded',
      detail: { matter },
    });
}

/** When there is more to tell of one, once what is due now has been told. */
function laterThan(row: AuthorisationRow, due: readonly Due[], at: number): readonly number[] {
  const told = { ...row, ...Object.fromEntries(due.map(({ matter }) => [TOLD[matter], at])) };
  return dueOf(told).map((one) => Math.max(one.at, at + 1));
}

/** Tells each role, in one message, of all that is due now, and plans the next time. Run again, it finds nothing. */
export async function tellRound(
  db: Db,
  organisation: string,
  { at, random, origin }: Round & { readonly origin: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { settings } = await readOrganisation(tx, organisation);
    const byRole = new Map<Role, InMessage[]>();
    const later: number[] = [];
    for (const row of await untold(tx, organisation)) {
      const due = dueOf(row).filter((one) => one.at <= at);
      later.push(...laterThan(row, due, at));
      // What lapsed before its end was told has only lapsed.
      const told = due.some(({ matter }) => matter === 'lapsed')
        ? due.filter(({ matter }) => matter === 'lapsed' || matter === 'paper')
        : due;
      if (told.length === 0) continue;
      await markTold(tx, row, told, at);
      for (const one of told)
        for (const role of toldOf(row, one, (name) => settings.recipients[name] !== undefined))
          byRole.set(role, [
            ...(byRole.get(role) ?? []),
            { matter: one.matter, ref: row.ref, kind: row.kind, ...endsOf(row) },
          ]);
    }
    for (const [role, all] of byRole)
      await queueNotice(tx, { organisation, role, ...authorisationsNotice(all, origin), breaches: [], at }, random);
    if (later.length > 0) await planAt(tx, organisation, Math.min(...later), { at, random });
  });
}

interface Deps {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

/** What authorisations leave to be done later. */
export const authorisationJobs = ({ db, clock, random, settings, wake }: Deps): Record<string, JobKind> => ({
  [ROUND_JOB]: {
    forever: true,
    async run(_payload, { organisation }) {
      await tellRound(db, organisation, { at: clock.now(), random, origin: settings.origin });
      wake();
    },
  },
});
