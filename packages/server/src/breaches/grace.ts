import { type FindingBody, modeOf, type Severity } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { ruleOfFinding } from '../policies/rule-of-finding.ts';
import { gracesOf, nextLook } from './connected.ts';
import { takeIn } from './intake.ts';
import type { NoticeDeps } from './notices.ts';
import { openByKey } from './opening.ts';
import { inTransaction } from '../db/transaction.ts';
import { lockDevice } from '../db/locks.ts';

export interface GracePayload {
  readonly device: string;
  readonly rule: string;
  readonly subject: string;
}

interface About extends GracePayload {
  readonly organisation: string;
}

/** What the grace is of, where it still fails, with its device. */
const failing = (tx: Tx, { organisation, device, rule, subject }: About) =>
  tx
    .selectFrom('states')
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'states.organisation').onRef('devices.id', '=', 'states.device'),
    )
    .selectAll('states')
    .select(['devices.asset_tag', 'devices.generation', 'devices.connected_ms', 'devices.last_contact_at'])
    .where('states.organisation', '=', organisation)
    .where('states.device', '=', device)
    .where('states.rule', '=', rule)
    .where('states.subject', '=', subject)
    .where('states.verdict', '=', 'fail')
    .executeTakeFirst();

type Failing = NonNullable<Awaited<ReturnType<typeof failing>>>;

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
    const state = await failing(tx, { organisation, ...payload });
    if (state === undefined) return;
    const judged = { rule: state.rule, policyVersion: state.policy_version };
    const known = await ruleOfFinding(tx, organisation, judged, deps.now);
    if (known === undefined || modeOf(known.rule) !== 'report') return;
    const place = { generation: state.generation, sequence: state.sequence };
    await takeIn(
      tx,
      { finding: findingOf(state, known.rule.severity), ...place },
      {
        ...deps,
        device: { organisation, id: state.device, assetTag: state.asset_tag },
        open: await openByKey(tx, organisation, state.device),
        connected: { ms: state.connected_ms, graces: await gracesOf(tx, organisation, state.device) },
        waits: (left) =>
          known.rule.graceCounts === 'connected' ? nextLook(left, state.last_contact_at, deps.now) : deps.now + left,
      },
    );
  });
}
