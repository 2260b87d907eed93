import { modeOf } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { ruleOfFinding } from '../policies/rule-of-finding.ts';
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

/** When a grace has ended: what still fails becomes a breach, as of the finding that began it. */
export async function endGrace(db: Db, organisation: string, payload: GracePayload, deps: NoticeDeps): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockDevice(tx, organisation, payload.device);
    const state = await tx
      .selectFrom('states')
      .innerJoin('devices', (join) =>
        join.onRef('devices.organisation', '=', 'states.organisation').onRef('devices.id', '=', 'states.device'),
      )
      .selectAll('states')
      .select(['devices.asset_tag', 'devices.generation'])
      .where('states.organisation', '=', organisation)
      .where('states.device', '=', payload.device)
      .where('states.rule', '=', payload.rule)
      .where('states.subject', '=', payload.subject)
      .where('states.verdict', '=', 'fail')
      .executeTakeFirst();
    const known =
      state === undefined
        ? undefined
        : await ruleOfFinding(tx, organisation, { rule: state.rule, policyVersion: state.policy_version }, deps.now);
    if (state === undefined || known === undefined || modeOf(known.rule) !== 'report') return;
    const finding = {
      salt: '',
      rule: state.rule,
      clause: state.clause,
      check: state.check_name,
      subject: state.subject,
      kind: 'state' as const,
      at: new Date(state.since).toISOString(),
      verdict: 'fail' as const,
      severity: known.rule.severity,
      observed: JSON.parse(state.observed),
      policyVersion: state.policy_version,
    };
    const open = await openByKey(tx, organisation, state.device);
    const device = { organisation, id: state.device, assetTag: state.asset_tag };
    await takeIn(tx, { finding, generation: state.generation, sequence: state.sequence }, { ...deps, device, open });
  });
}
