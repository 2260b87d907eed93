import { iso, type PolicyDocument } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { standingByRule } from '../devices/figures.ts';
import { problem } from '../errors.ts';
import { generalPolicy, sourceOf } from '../policies/store.ts';
import { listPolicies } from '../policies/upload.ts';
import { nextVersion, type ProposedDocument, withAdditions } from './document.ts';
import { administratorsIn, type LeftOut, type Proposal, propose } from './proposals.ts';
import { lookThrough, type Seen } from './seen.ts';
import { decide, readDecisions } from './store.ts';

/** The policy that is added to. */
export interface Base {
  readonly document: PolicyDocument;
  readonly source: string;
}

export interface Item extends Proposal {
  readonly decision: {
    readonly decision: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  } | null;
}

/** What fails and is never part of a baseline, whoever accepts it. */
export interface ToMend {
  readonly rule: string;
  readonly clause: string;
  readonly check: string;
  readonly failing: number;
}

export interface Baseline {
  readonly policy: { readonly version: string; readonly title: string };
  readonly items: readonly Item[];
  readonly leftOut: LeftOut;
  readonly toBeMended: readonly ToMend[];
  readonly toBeRecorded: Pick<Seen, 'devices' | 'network'>;
  /** Null where nothing that was accepted changes the policy. */
  readonly proposal: ProposedDocument | null;
}

/** Checks of which parts may be allowed as they are; what fails of any other is mended. */
const MAY_BE_ALLOWED: readonly string[] = ['printing', 'accounts', 'removable-media'];

async function toBeMended(db: Db, organisation: string, policy: PolicyDocument): Promise<ToMend[]> {
  const checks = new Map(policy.rules.map(({ id, check }) => [id, check]));
  const rules = await standingByRule(db, organisation);
  return rules.flatMap(({ rule, clause, fail }) => {
    const check = checks.get(rule);
    return check === undefined || fail === 0 || MAY_BE_ALLOWED.includes(check)
      ? []
      : [{ rule, clause, check, failing: fail }];
  });
}

/** The policy that holds for everybody; a `policy-unknown` problem where there is none. */
export async function baseInForce(db: Db, organisation: string, at: number): Promise<Base> {
  const policy = await generalPolicy(db, organisation, at);
  const source = policy === undefined ? undefined : await sourceOf(db, organisation, policy.serial);
  if (policy === undefined || source === undefined)
    throw problem('policy-unknown', 'No policy is in force: upload one first, in observe.');
  return { document: policy.document, source };
}

/** What the devices show that the policy may come to allow, with what was decided about it. Changes nothing. */
export async function readBaseline(db: Db, organisation: string, base: Base, now: number): Promise<Baseline> {
  const { document, source } = base;
  const seen = await lookThrough({ db, organisation, now, isAllowed: administratorsIn(document) });
  const { items: proposals, leftOut } = propose(seen, document);
  const decisions = await readDecisions(db, organisation);
  const items = proposals.map((proposal): Item => {
    const made = decisions.get(proposal.id);
    if (made === undefined) return { ...proposal, decision: null };
    const { decision, reason, decided_by: by, decided_at } = made;
    return { ...proposal, decision: { decision, reason, by, at: iso(decided_at) } };
  });
  const additions = items.flatMap(({ decision, becomes }) =>
    decision?.decision === 'accepted' && becomes !== null ? [becomes] : [],
  );
  const taken = (await listPolicies(db, organisation)).map(({ version }) => version);
  const proposal =
    additions.length === 0 ? null : withAdditions(source, additions, nextVersion(document.version, taken));
  const { devices, network } = seen;
  return {
    policy: { version: document.version, title: document.title },
    items,
    leftOut,
    toBeMended: await toBeMended(db, organisation, document),
    toBeRecorded: { devices, network },
    proposal,
  };
}

export interface Wish {
  readonly item: string;
  readonly decision: 'accepted' | 'refused';
  readonly reason: string;
}

/** Keeps decisions about items that are proposed now, all or none. Throws `conflict` where one is not. */
export async function decideItems(
  db: Db,
  items: readonly Item[],
  wishes: readonly Wish[],
  by: { readonly organisation: string; readonly by: string; readonly at: number },
): Promise<void> {
  const decided = wishes.map(({ item, ...wish }) => {
    const proposal = items.find(({ id }) => id === item);
    if (proposal === undefined)
      throw problem('conflict', `${item} is not proposed. What is to be mended can never be accepted into a baseline.`);
    return { ...wish, proposal };
  });
  await inTransaction(db, async (tx) => {
    for (const one of decided) await decide(tx, one, by);
  });
}
