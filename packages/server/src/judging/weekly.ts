import { type Role, SEVERITIES } from '@beadle/shared';
import { type NoticeDeps, queueAbout } from '../breaches/notices.ts';
import { TOLD_WEEKLY } from '../breaches/told-weekly.ts';
import { restoredSince } from '../breaches/figures.ts';
import type { Tx } from '../db/database.ts';
import { runsSideBySide } from '../db/engine.ts';
import { type Mismatch, MISMATCH_WORDS, readMismatches } from '../devices/mismatches.ts';
import { queueNotice } from '../notify/queue.ts';
import { wasTold } from '../notify/told.ts';
import { isQuiet, type Trends, type WeekCounts, type WeeklyList, weeklyNotice } from '../notify/weekly.ts';
import { londonDay } from '../organisation/digests.ts';
import { readOrganisation } from '../organisation/store.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import { generalPolicy } from '../policies/store.ts';

const ICT: Role = 'ict-administrator';
const WEEK_MS = 7 * 86_400_000;

/** Open breaches of devices that are not heard from; those that wait are held, so that timelines go on in one order. */
async function notSeen(tx: Tx, organisation: string) {
  const open = tx
    .selectFrom('breaches')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('check_name', '=', TOLD_WEEKLY)
    .where('duty', '=', 'ict')
    .where('ended_at', 'is', null)
    .orderBy('id');
  const breaches = await (runsSideBySide(tx) ? open.forUpdate() : open).execute();
  const devices = await tx
    .selectFrom('devices')
    .select(['id', 'asset_tag', 'last_contact_at'])
    .where('organisation', '=', organisation)
    .execute();
  const byId = new Map(devices.map((device) => [device.id, device]));
  return breaches.map((breach) => ({ breach, device: byId.get(breach.device ?? '') }));
}

type Silent = Awaited<ReturnType<typeof notSeen>>[number];

/** One line for a device, however many rules it fails: its worst severity, and every reference. */
function linesOf(same: readonly Silent[]): WeeklyList['notSeen'][number][] {
  const worst = same.toSorted((a, b) => rankOf(b) - rankOf(a))[0];
  if (worst === undefined) return [];
  const { breach, device } = worst;
  const refs = same.map(({ breach: { ref } }) => ref);
  const lastContact = device?.last_contact_at ?? null;
  return [{ refs, assetTag: device?.asset_tag ?? null, severity: breach.severity, lastContact }];
}

const rankOf = ({ breach }: Silent): number => SEVERITIES.findIndex((severity) => severity === breach.severity);

/** Register entries that contradict a device are worth a message; those that are only incomplete are counted in it. */
const WORTH_TELLING: ReadonlySet<Mismatch['kind']> = new Set(['serial-shared', 'serial-differs', 'enrolled-differs']);

async function countsOf(tx: Tx, organisation: string, from: number, to: number): Promise<WeekCounts> {
  const inWeek = (column: 'opened_at' | 'ended_at') =>
    tx
      .selectFrom('breaches')
      .select(['duty', (row) => row.fn.countAll<number>().as('count')])
      .where('organisation', '=', organisation)
      .where(column, '>', from)
      .where(column, '<=', to)
      .groupBy('duty')
      .execute();
  const [opened, ended] = [await inWeek('opened_at'), await inWeek('ended_at')];
  const of = (rows: typeof opened, duty: string) => rows.find((row) => row.duty === duty)?.count ?? 0;
  return {
    holder: { opened: of(opened, 'holder'), ended: of(ended, 'holder') },
    ict: { opened: of(opened, 'ict'), ended: of(ended, 'ict') },
  };
}

/** How this week was, and the one before it; and what devices have put right, by clause. */
async function trendsOf(tx: Tx, organisation: string, now: number): Promise<Trends> {
  const better = await restoredSince(tx, { organisation, name: '' }, now - WEEK_MS);
  return {
    week: await countsOf(tx, organisation, now - WEEK_MS, now),
    before: await countsOf(tx, organisation, now - 2 * WEEK_MS, now - WEEK_MS),
    better: better.map(({ clause, count }) => ({ clause, count })),
  };
}

/**
 * The digest of the week: how it went, devices that are not heard from, and register entries that contradict a device. It
 * goes to whom the policy tells first (invariant 7), and to ICT where ICT has an address of its own. Nothing to tell, no
 * message.
 */
export async function tellOfTheWeek(tx: Tx, organisation: string, deps: NoticeDeps): Promise<void> {
  const id = `digest.weekly:${londonDay(deps.now)}`;
  if (await wasTold(tx, organisation, id)) return;
  const silent = await notSeen(tx, organisation);
  const mismatches = await readMismatches(tx, organisation, deps.now);
  const trends = await trendsOf(tx, organisation, deps.now);
  const contradicts = mismatches.some(({ kind }) => WORTH_TELLING.has(kind));
  if (silent.length === 0 && !contradicts && isQuiet(trends.week)) return;
  const { reportTo, policyTitle } = toldFirst(await generalPolicy(tx, organisation, deps.now));
  const text = weeklyNotice(
    {
      notSeen: [...Map.groupBy(silent, ({ breach }) => breach.device).values()].flatMap(linesOf),
      mismatches: Object.entries(MISMATCH_WORDS).map(([kind, words]) => ({
        words,
        count: mismatches.filter((mismatch) => mismatch.kind === kind).length,
      })),
      contradicts,
      trends,
    },
    { origin: deps.origin, policyTitle },
  );
  const breaches = silent.map(({ breach }) => breach);
  const told = { ...text, event: { ...text.event, id } };
  const { settings } = await readOrganisation(tx, organisation);
  const roles = settings.recipients[ICT] === undefined ? [reportTo] : [...new Set([reportTo, ICT])];
  for (const role of roles) {
    if (breaches.length > 0) await queueAbout(tx, breaches, role, told, deps);
    else await queueNotice(tx, { organisation, role, ...told, breaches: [], at: deps.now }, deps.random);
  }
}
