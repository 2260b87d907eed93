import { iso, type PolicyDocument, type Population } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { failingByRule } from '../devices/figures.ts';
import { problem } from '../errors.ts';
import { generalPolicy, policyInForce, sourceOf } from '../policies/store.ts';
import { holdersOf, listPolicies } from '../policies/upload.ts';
import { type Entered, readEntered } from '../registers/read.ts';
import { nextVersion, type ProposedDocument, withAdditions } from './document.ts';
import { administratorsIn, holderItem, type LeftOut, type Proposal, propose } from './proposals.ts';
import { lookThrough, type Seen } from './seen.ts';
import { readDecisions } from './store.ts';

/** The policy that is added to. */
export interface Base {
  readonly document: PolicyDocument;
  readonly source: string;
  /** Whether it holds for devices of a population. */
  readonly concerns: (population: string | null) => boolean;
}

export interface Item extends Proposal {
  readonly decision: {
    readonly decision: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  } | null;
}

/** A device that nobody is registered as holding, as an item of which the holder is accepted. */
export interface Unheld {
  readonly id: string;
  readonly assetTag: string;
}

/** What fails and is never part of a baseline, whoever accepts it. */
export interface ToMend {
  readonly rule: string;
  readonly clause: string;
  readonly check: string;
  readonly failing: number;
}

export interface Baseline {
  readonly policy: {
    readonly version: string;
    readonly title: string;
    /** For whom it is written; null for everybody. */
    readonly populations: readonly string[] | null;
  };
  readonly items: readonly Item[];
  readonly leftOut: LeftOut;
  readonly toBeMended: readonly ToMend[];
  readonly toBeRecorded: Pick<Seen, 'devices' | 'network'> & {
    /** The first devices that nobody holds; who does is for a person to say. */
    readonly holders: readonly Unheld[];
  };
  /** Null where nothing that was accepted changes the policy. */
  readonly proposal: ProposedDocument | null;
}

/** Checks of which parts may be allowed as they are; what fails of any other is mended. */
const MAY_BE_ALLOWED: readonly string[] = ['printing', 'accounts', 'removable-media'];

async function toBeMended(db: Db, organisation: string, policy: PolicyDocument): Promise<ToMend[]> {
  const checks = new Map(policy.rules.map(({ id, check }) => [id, check]));
  const rules = await failingByRule(db, organisation);
  return rules.flatMap(({ rule, clause, fail }) => {
    const check = checks.get(rule);
    return check === undefined || MAY_BE_ALLOWED.includes(check) ? [] : [{ rule, clause, check, failing: fail }];
  });
}

/**
 * The policy in force for a population, or for everybody; a `policy-unknown` problem where there is none. What is written
 * for one population is added to for itself, by what the devices of that population show.
 */
export async function baseInForce(
  db: Db,
  organisation: string,
  at: number,
  population: Population | null = null,
): Promise<Base> {
  const policy =
    population === null
      ? await generalPolicy(db, organisation, at)
      : await policyInForce(db, organisation, { population, at });
  const source = policy === undefined ? undefined : await sourceOf(db, organisation, policy.serial);
  if (policy === undefined || source === undefined)
    throw problem('policy-unknown', 'No policy is in force: upload one first, in observe.');
  const held = holdersOf(await listPolicies(db, organisation), at).get(policy.serial);
  const concerns = (of: string | null) => held === undefined || held.some((one) => one === of);
  return { document: policy.document, source, concerns };
}

/** Whether a person has entered it already, in whichever way: it is no question any more. */
const isEntered = ({ enters, name }: Proposal, { hasStick, hasPrinter }: Entered): boolean =>
  enters?.register === 'sticks' ? hasStick(name) : enters?.register === 'printers' && hasPrinter(name);

/** What is proposed, with what was decided; what is in a register and was never decided here is left out. */
async function withDecisions(db: Db, organisation: string, proposals: readonly Proposal[]): Promise<Item[]> {
  const decisions = await readDecisions(db, organisation);
  const entered = await readEntered(db, organisation);
  return proposals.flatMap((proposal): Item[] => {
    const made = decisions.get(proposal.id);
    if (made === undefined) return isEntered(proposal, entered) ? [] : [{ ...proposal, decision: null }];
    const { decision, reason, decided_by: by, decided_at } = made;
    return [{ ...proposal, decision: { decision, reason, by, at: iso(decided_at) } }];
  });
}

/** What the devices show that the policy may come to allow, with what was decided about it. Changes nothing. */
export async function readBaseline(db: Db, organisation: string, base: Base, now: number): Promise<Baseline> {
  const { document, source, concerns } = base;
  const seen = await lookThrough({ db, organisation, now, isAllowed: administratorsIn(document), concerns });
  const { items: proposals, leftOut } = propose(seen, document);
  const items = await withDecisions(db, organisation, proposals);
  const additions = items.flatMap(({ decision, becomes }) =>
    decision?.decision === 'accepted' && becomes !== null ? [becomes] : [],
  );
  const taken = (await listPolicies(db, organisation)).map(({ version }) => version);
  const proposal =
    additions.length === 0 ? null : withAdditions(source, additions, nextVersion(document.version, taken));
  const { devices, network } = seen;
  const holders = seen.unheld.map((assetTag) => ({ id: holderItem(assetTag), assetTag }));
  return {
    policy: { version: document.version, title: document.title, populations: document.populations ?? null },
    items,
    leftOut,
    toBeMended: await toBeMended(db, organisation, document),
    toBeRecorded: { devices, network, holders },
    proposal,
  };
}
