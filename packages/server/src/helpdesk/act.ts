import type { Random, Role } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { queueNotice } from '../notify/queue.ts';
import { helpdeskNotice } from './notice.ts';
import { recordOf } from './read.ts';
import type { HelpdeskReport, Kind } from './schema.ts';

const ICT: Role = 'ict-administrator';
const INSURANCE: Role = 'insurance-officer';

interface ActDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
}

async function deviceNamed(tx: Tx, organisation: string, assetTag: string | null | undefined) {
  if (typeof assetTag !== 'string') return null;
  const row = await deviceByTag(tx, organisation, assetTag);
  if (row === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
  return row;
}

function momentOf(happenedAt: string | null | undefined, now: number): number | null {
  if (typeof happenedAt !== 'string') return null;
  const at = Date.parse(happenedAt);
  if (at > now) throw problem('validation', 'happenedAt must not be in the future.');
  return at;
}

type ReportDeps = ActDeps & { readonly origin: string };

interface Told {
  readonly organisation: string;
  readonly ref: string;
  readonly kind: Kind;
  readonly assetTag: string | null;
}

/** Tells ICT and, of damage, the insurance officer: one event, of which machines are told once. */
async function tellOf(tx: Tx, { organisation, ...told }: Told, { now: at, random, origin }: ReportDeps) {
  const text = helpdeskNotice({ ...told, origin });
  const event = { ...text.event, id: `helpdesk:${told.ref}` };
  const tell = (role: Role) => queueNotice(tx, { organisation, role, ...text, event, breaches: [], at }, random);
  const ict_notice = await tell(ICT);
  return { ict_notice, insurance_notice: told.kind === 'damage' ? await tell(INSURANCE) : null };
}

const OPEN = { closed_at: null, closed_by: null, close_reason: null } as const;

/**
 * Somebody reports what is broken (clause 5.7) or damaged (5.13): ICT is told, and of damage the insurance officer. It is
 * no breach and is counted among none. Gives its reference. Call the worker's `wake()` afterwards.
 */
export async function reportRecord(caller: Caller, report: HelpdeskReport, deps: ReportDeps): Promise<string> {
  const { organisation } = caller;
  const { now: at, random } = deps;
  const { kind, description } = report;
  const happened_at = momentOf(report.happenedAt, at);
  const actor = actorOf(caller);
  return inTransaction(deps.db, async (tx) => {
    const device = await deviceNamed(tx, organisation, report.device);
    const ref = await nextReference(tx, organisation, 'helpdesk', at);
    const notices = await tellOf(tx, { organisation, ref, kind, assetTag: device?.asset_tag ?? null }, deps);
    const said = { kind, device: device?.id ?? null, description, happened_at, reported_at: at, reported_by: actor };
    await tx
      .insertInto('helpdesk_records')
      .values({ organisation, id: newId(at, random), ref, ...said, ...notices, ...OPEN })
      .execute();
    const act = { organisation, at, actor, action: 'helpdesk-reported', target: `helpdesk:${ref}` };
    await recordAct(tx, { ...act, detail: { kind } });
    return ref;
  });
}

/** Says that nothing more is to be done. One that is closed is a `conflict`: it keeps who closed it and why. */
export async function closeRecord(
  caller: Caller,
  ref: string,
  reason: string,
  { db, now: at }: ActDeps,
): Promise<void> {
  const { organisation } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    await recordOf(tx, caller, ref);
    const own = tx
      .selectFrom('helpdesk_records')
      .select(['id', 'closed_at'])
      .where('organisation', '=', organisation)
      .where('ref', '=', ref);
    const row = await locking(tx, own).executeTakeFirstOrThrow();
    if (row.closed_at !== null) throw problem('conflict', 'This record is closed already.');
    await tx
      .updateTable('helpdesk_records')
      .set({ closed_at: at, closed_by: actor, close_reason: reason })
      .where('organisation', '=', organisation)
      .where('id', '=', row.id)
      .execute();
    await recordAct(tx, { organisation, at, actor, action: 'helpdesk-closed', target: `helpdesk:${ref}` });
  });
}
