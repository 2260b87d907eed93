import { type FindingBody, modeOf, type Severity } from '@beadle/shared';
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { JudgedStateTable } from '../db/schema.ts';
import { ruleOfFinding } from '../policies/rule-of-finding.ts';
import { gracesOf, nextLook } from './connected.ts';
import { takeIn, takeInJudged } from './intake.ts';
import type { NoticeDeps } from './notices.ts';
import { openBreaches } from './open-breaches.ts';
import { inTransaction } from '../db/transaction.ts';
import { lockDevice } from '../db/locks.ts';

export interface GracePayload {
  readonly device: string;
  readonly rule: string;
  readonly subject: string;
}

type Stated = Omit<Selectable<JudgedStateTable>, 'reason' | 'severity'> & { readonly sequence: number | null };

const ABOUT = ['device', 'rule', 'clause', 'check_name', 'subject', 'since', 'observed', 'policy_version'] as const;

/** What still fails: as the device last stated it, or as the server judged it, which has no place in a chain. */
function stillFailing(tx: Tx, organisation: string, { device, rule, subject }: GracePayload) {
  const stated = tx
    .selectFrom('states')
    .select([...ABOUT, 'organisation', 'verdict'])
    .select('sequence');
  const judged = tx
    .selectFrom('judged_states')
    .select([...ABOUT, 'organisation', 'verdict'])
    .select(sql<number | null>`cast(null as bigint)`.as('sequence'));
  return tx
    .selectFrom(stated.$castTo<Stated>().unionAll(judged.$castTo<Stated>()).as('state'))
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'state.organisation').onRef('devices.id', '=', 'state.device'),
    )
    .selectAll('state')
    .select(['devices.asset_tag', 'devices.generation', 'devices.connected_ms', 'devices.last_contact_at'])
    .where('state.organisation', '=', organisation)
    .where('state.device', '=', device)
    .where('state.rule', '=', rule)
    .where('state.subject', '=', subject)
    .where('state.verdict', '=', 'fail')
    .executeTakeFirst();
}

type Failing = NonNullable<Awaited<ReturnType<typeof stillFailing>>>;

/** The finding that began it, as far as a breach tells of it. */
const findingOf = (state: Failing, severity: Severity): FindingBody => ({
  salt: '',
  rule: state.rule,
  clause: state.clause,
  check: state.check_name,
  subject: state.subject,
  kind: 'state',
  at: new Date(state.since).toISOString(),
  verdict: 'fail',
  severity,
  observed: JSON.parse(state.observed) as FindingBody['observed'],
  policyVersion: state.policy_version,
});

/** When a grace has ended: what still fails becomes a breach, as of the finding that began it. */
export async function endGrace(db: Db, organisation: string, payload: GracePayload, deps: NoticeDeps): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockDevice(tx, organisation, payload.device);
    const state = await stillFailing(tx, organisation, payload);
    if (state === undefined) return;
    const judged = { rule: state.rule, policyVersion: state.policy_version };
    const known = await ruleOfFinding(tx, organisation, judged, deps.now);
    if (known === undefined || modeOf(known.rule) !== 'report') return;
    const finding = findingOf(state, known.rule.severity);
    const intake = {
      ...deps,
      device: { organisation, id: state.device, assetTag: state.asset_tag },
      open: await openBreaches(tx, organisation, state.device, deps.now),
      connected: { ms: state.connected_ms, graces: await gracesOf(tx, organisation, state.device) },
      waits: (left: number) =>
        known.rule.graceCounts === 'connected' ? nextLook(left, state.last_contact_at, deps.now) : deps.now + left,
    };
    const { generation, sequence } = state;
    await (sequence === null
      ? takeInJudged(tx, finding, known, intake)
      : takeIn(tx, { finding, generation, sequence }, intake));
    await intake.open.settle();
  });
}
