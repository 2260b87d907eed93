import { iso, isoOrNull } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { RIGHTS_KINDS, type RightsKind, rightsDates } from '../deadlines/rights-dates.ts';
import { problem } from '../errors.ts';
import type { OwnRights, RightsWhole } from './schema.ts';

const requests = (db: Db | Tx, organisation: string) =>
  db
    .selectFrom('rights_requests')
    .leftJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'rights_requests.organisation')
        .onRef('breaches.id', '=', 'rights_requests.breach'),
    )
    .leftJoin('devices', (join) =>
      join
        .onRef('devices.organisation', '=', 'rights_requests.organisation')
        .onRef('devices.id', '=', 'rights_requests.device'),
    )
    .selectAll('rights_requests')
    .select(['breaches.ref as breach_ref', 'devices.asset_tag'])
    .where('rights_requests.organisation', '=', organisation);

export type RightsView = Awaited<ReturnType<ReturnType<typeof requests>['execute']>>[number];

export const kindOf = ({ kind }: Pick<RightsView, 'kind'>): RightsKind =>
  RIGHTS_KINDS.find((one) => one === kind) ?? 'complaint';

const statusOf = ({ acknowledged_at, answered_at }: RightsView): string =>
  answered_at === null ? (acknowledged_at === null ? 'received' : 'acknowledged') : 'answered';

export function presentOwn(row: RightsView): OwnRights {
  const { acknowledgeBy, answerBy } = rightsDates(kindOf(row), row.asked_at);
  return {
    ref: row.ref,
    kind: row.kind,
    language: row.language,
    status: statusOf(row),
    words: row.words,
    breach: row.breach_ref,
    device: row.asset_tag,
    rule: row.rule,
    askedAt: iso(row.asked_at),
    acknowledgeBy: iso(acknowledgeBy),
    acknowledgedAt: isoOrNull(row.acknowledged_at),
    answerBy: isoOrNull(answerBy),
    answeredAt: isoOrNull(row.answered_at),
    outcome: row.outcome,
    answer: row.answer,
    note: row.note,
  };
}

export const presentWhole = (row: RightsView): RightsWhole => ({
  ...presentOwn(row),
  askedBy: row.asked_by,
  account: row.account,
  acknowledgedBy: row.acknowledged_by,
  answeredBy: row.answered_by,
});

export interface RightsPage {
  readonly limit: number;
  /** The id of the last one of the page before: ids rise with the time. */
  readonly after?: string | undefined;
}

/** All of a council's, the newest first, or the open ones with the oldest first: that one is due first. */
export function listRights(
  db: Db,
  organisation: string,
  { open }: { readonly open?: boolean | undefined },
  { limit, after }: RightsPage,
): Promise<RightsView[]> {
  const isOpen = open === true;
  let query = requests(db, organisation);
  if (open !== undefined) query = query.where('rights_requests.answered_at', open ? 'is' : 'is not', null);
  if (after !== undefined) query = query.where('rights_requests.id', isOpen ? '>' : '<', after);
  return query
    .orderBy('rights_requests.id', isOpen ? 'asc' : 'desc')
    .limit(limit + 1)
    .execute();
}

/** What somebody has sent, the newest first. */
export const ownRights = (db: Db, organisation: string, actor: string, { limit, after }: RightsPage) => {
  let query = requests(db, organisation).where('rights_requests.asked_by', '=', actor);
  if (after !== undefined) query = query.where('rights_requests.id', '<', after);
  return query
    .orderBy('rights_requests.id', 'desc')
    .limit(limit + 1)
    .execute();
};

/** One by its reference. Throws `rights-request-unknown`. */
export async function rightsOf(db: Db | Tx, organisation: string, ref: string): Promise<RightsView> {
  const row = await requests(db, organisation).where('rights_requests.ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw problem('rights-request-unknown', `There is no request ${ref}.`);
  return row;
}

/** One that the caller has sent, whatever else they may read. */
export async function ownRightsOf(db: Db, organisation: string, actor: string, ref: string): Promise<RightsView> {
  const query = requests(db, organisation).where('rights_requests.ref', '=', ref);
  const row = await query.where('rights_requests.asked_by', '=', actor).executeTakeFirst();
  if (row === undefined) throw problem('rights-request-unknown', 'You have sent nothing with this reference.');
  return row;
}
