import { concernsPeople, timingOf } from '../breaches/clocks/clocks.ts';
import { actionsDueBy } from '../breaches/life/actions-due.ts';
import type { NoticeDeps } from '../breaches/notices.ts';
import { TOLD_WEEKLY } from '../breaches/told-weekly.ts';
import { after } from '@beadle/shared';
import { GRACE_JOB } from '../breaches/intake.ts';
import type { Tx } from '../db/database.ts';
import { type Day, dailyNotice, isEmptyDay } from '../notify/daily.ts';
import { queueNotice } from '../notify/queue.ts';
import { undelivered, wasTold } from '../notify/told.ts';
import { londonDay } from '../organisation/digests.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import { generalPolicy } from '../policies/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a digest may name, the oldest first. Devices that are not heard from stand in the list of the week. */
const breachesOf = (tx: Tx, organisation: string) =>
  tx
    .selectFrom('breaches')
    .select(['ref', 'clause', 'severity', 'duty', 'status', 'kind', 'triage', 'assessment', 'aware_at', 'reported_at'])
    .where('organisation', '=', organisation)
    .where('check_name', '<>', TOLD_WEEKLY)
    .where('concealed_from', 'is', null)
    .orderBy('opened_at')
    .orderBy('id');

const openBreaches = (tx: Tx, organisation: string) =>
  breachesOf(tx, organisation).where('ended_at', 'is', null).execute();

const openedSince = (tx: Tx, organisation: string, since: number) =>
  breachesOf(tx, organisation).where('opened_at', '>', since).execute();

async function authorisationsOf(tx: Tx, organisation: string, now: number) {
  const rows = await tx
    .selectFrom('authorisations')
    .select(['ref', 'status', 'valid_to'])
    .where('organisation', '=', organisation)
    .where('status', 'in', ['requested', 'approved'])
    .orderBy('valid_to')
    .orderBy('ref')
    .execute();
  const isEnding = ({ status, valid_to }: (typeof rows)[number]) =>
    status === 'approved' && valid_to > now && valid_to <= now + DAY_MS;
  return {
    authorisationsEnding: rows.filter(isEnding).map(({ ref, valid_to }) => ({ ref, endsAt: valid_to })),
    undecided: rows.filter(({ status, valid_to }) => status === 'requested' && valid_to > now).length,
  };
}

async function graceEnding(tx: Tx, organisation: string, now: number): Promise<number> {
  const row = await tx
    .selectFrom('jobs')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('organisation', '=', organisation)
    .where('kind', '=', GRACE_JOB)
    .where('status', '=', 'waiting')
    .where('run_at', '<=', now + DAY_MS)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** When the regulator's clocks run out, each by the stricter of its readings. */
async function lawClocks(
  tx: Tx,
  organisation: string,
  open: Awaited<ReturnType<typeof openBreaches>>,
  now: number,
): Promise<{ readonly ref: string; readonly endsAt: number }[]> {
  const { deadlines } = await timingOf(tx, organisation, now);
  return open.filter(concernsPeople).flatMap(({ ref, aware_at: aware, reported_at: reported }) => {
    const from = Math.min(aware ?? Number.POSITIVE_INFINITY, reported ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(from) ? deadlines.regulator.map(({ within }) => ({ ref, endsAt: after(from, within) })) : [];
  });
}

async function readDay(tx: Tx, organisation: string, now: number, since: number): Promise<Day> {
  const opened = await openedSince(tx, organisation, since);
  const open = (await openBreaches(tx, organisation)).filter(({ duty }) => duty === 'holder');
  const clocks = await lawClocks(tx, organisation, open, now);
  return {
    opened: opened.filter(({ duty }) => duty === 'holder'),
    openedForIct: opened.filter(({ duty }) => duty !== 'holder').length,
    clocks: clocks.filter(({ endsAt }) => endsAt > now && endsAt <= now + DAY_MS),
    graceEnding: await graceEnding(tx, organisation, now),
    ...(await authorisationsOf(tx, organisation, now)),
    actionsDue: await actionsDueBy(tx, organisation, now + DAY_MS),
    unacknowledged: open.filter(({ status }) => status === 'suspected'),
    undelivered: await undelivered(tx, organisation, now),
  };
}

/** The digest of the day, to whom the policy tells first (invariant 7), once a day. Nothing to tell, no message. */
export async function tellOfTheDay(
  tx: Tx,
  organisation: string,
  { since, ...deps }: NoticeDeps & { readonly since: number },
): Promise<void> {
  const { now, random, origin } = deps;
  const id = `digest.daily:${londonDay(now)}`;
  if (await wasTold(tx, organisation, id)) return;
  const day = await readDay(tx, organisation, now, since);
  if (isEmptyDay(day)) return;
  const { reportTo, policyTitle } = toldFirst(await generalPolicy(tx, organisation, now));
  const text = dailyNotice(day, { origin, policyTitle }, now);
  const event = { ...text.event, id };
  await queueNotice(tx, { organisation, role: reportTo, ...text, event, breaches: [], at: now }, random);
}
