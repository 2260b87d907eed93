import { IsoTime, type Random, type Severity } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { AssetTag, deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import { generalPolicy } from '../policies/store.ts';
import { concealedFrom } from './concealment.ts';
import { Category } from './life/acts.ts';
import { type LastEncryption, lastEncryption } from './last-encryption.ts';
import { notifyOf } from './notices.ts';
import { appendEvent } from './events.ts';
import { type BreachRow, insertBreach } from './store.ts';
import { UNTOUCHED } from './untouched.ts';
import { Text } from '../shapes.ts';

const optional = <T extends Type.TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const oneOf = (values: readonly string[], description: string) =>
  Type.Enum([...values], { description: `${description}: one of ${values.join(', ')}` });

/** What a person says who reports something (clause 4.1). Only what happened is asked for; the rest is what they know. */
export const PersonReport = Type.Object(
  {
    title: Text(200, 'what happened, in a few words'),
    description: Text(10_000, 'what happened'),
    category: optional(Category),
    certainty: optional(oneOf(['suspected', 'happened', 'near-miss'], 'how certain it is')),
    happenedAt: optional(IsoTime),
    discoveredAt: optional(IsoTime),
    /** Of what is lost or stolen. */
    lastSeenAt: optional(IsoTime),
    place: optional(oneOf(['office', 'home', 'travelling', 'other'], 'where')),
    device: optional(AssetTag),
    information: optional(Text(2000, 'what information is involved; no names of the people whom it is about')),
    personalData: optional(oneOf(['yes', 'no', 'unknown'], 'whether personal data is involved')),
    done: optional(Text(2000, 'what has been done already, and by whom')),
    policeReference: optional(Text(100, 'the crime reference')),
    /** Whoever it is about, where that is an officer who would be told first. */
    implicates: optional(Text(200, 'a person, by name or account')),
  },
  { additionalProperties: false },
);
export type PersonReport = Static<typeof PersonReport>;

interface ReportDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
  /** The server's public origin, for links. */
  readonly origin: string;
}

/** Clause 5.3: what is lost and was last seen encrypted is grave; what was not, or is not known to be, is worse. */
function severityOf({ category }: PersonReport, encryption: LastEncryption | null): Severity {
  if (category !== 'lost' && category !== 'stolen') return 'medium';
  return encryption?.verdict === 'pass' ? 'high' : 'critical';
}

function refuseFuture(report: PersonReport, now: number): void {
  for (const name of ['happenedAt', 'discoveredAt', 'lastSeenAt'] as const) {
    const time = report[name];
    if (typeof time === 'string' && Date.parse(time) > now)
      throw problem('validation', `${name} must not be in the future.`);
  }
}

/** What a person's report and a device's breach have in common; nothing about it has been looked at. */
function reported(report: PersonReport, encryption: LastEncryption | null, by: string, now: number) {
  const { title, device: _, implicates: __, category = null, ...said } = report;
  const happened = typeof report.happenedAt === 'string' ? Date.parse(report.happenedAt) : null;
  return {
    ...UNTOUCHED,
    rule: 'reported-by-a-person',
    subject: title,
    kind: 'person',
    clause: '4.1',
    says: 'Any suspected, potential or observed security breach must be reported promptly.',
    remedy: null,
    check_name: 'person',
    duty: 'holder',
    severity: severityOf(report, encryption),
    count: 1,
    first_seen: happened ?? now,
    last_seen: happened ?? now,
    opened_at: now,
    reported_at: now,
    aware_at: now,
    category,
    observed: JSON.stringify(encryption === null ? {} : { encryption }),
    report: JSON.stringify({ by, ...said, happenedAt: happened }),
  };
}

async function deviceNamed(tx: Tx, organisation: string, assetTag: string | null | undefined) {
  if (typeof assetTag !== 'string') return null;
  const row = await deviceByTag(tx, organisation, assetTag);
  if (row === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
  return row;
}

/** A person reports a suspected, potential or observed breach (clause 4.1). Gives its reference at once. */
export async function reportBreach(
  caller: Caller,
  report: PersonReport,
  { db, now, random, origin }: ReportDeps,
): Promise<string> {
  const actor = actorOf(caller);
  const { organisation } = caller;
  refuseFuture(report, now);
  return inTransaction(db, async (tx) => {
    const policy = await generalPolicy(tx, organisation, now);
    const device = await deviceNamed(tx, organisation, report.device);
    const encryption = device === null ? null : await lastEncryption(tx, organisation, device.id);
    const told = toldFirst(policy);
    const concealed = await concealedFrom(tx, {
      organisation,
      reportTo: told.reportTo,
      name: report.implicates ?? null,
      now,
    });
    const ref = await nextReference(tx, organisation, 'breaches', now);
    const breach: BreachRow = {
      organisation,
      id: newId(now, random),
      ref,
      policy_version: policy?.version ?? '',
      device: device?.id ?? null,
      ...reported(report, encryption, actor, now),
      concealed_from: concealed,
    };
    await insertBreach(tx, breach);
    await appendEvent(tx, breach, { at: now, actor, type: 'reported' });
    const reportTo = concealed === null ? told.reportTo : 'siro';
    await notifyOf(tx, { breach, assetTag: device?.asset_tag ?? null, ...told, reportTo }, { now, random, origin });
    await recordAct(tx, { organisation, at: now, actor, action: 'breach-reported', target: `breach:${ref}` });
    return ref;
  });
}

/** Whether this caller reported the breach: who may read none knows their own by its reference. */
export async function isReporter(db: Db, caller: Caller, ref: string): Promise<boolean> {
  const row = await db
    .selectFrom('breaches')
    .select('report')
    .where('organisation', '=', caller.organisation)
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (typeof row?.report !== 'string') return false;
  const { by } = JSON.parse(row.report) as { readonly by?: unknown };
  return by === actorOf(caller);
}
