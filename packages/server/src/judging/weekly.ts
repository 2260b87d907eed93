import { type Role, SEVERITIES } from '@beadle/shared';
import { type NoticeDeps, queueAbout } from '../breaches/notices.ts';
import { TOLD_WEEKLY } from '../breaches/told-weekly.ts';
import type { Tx } from '../db/database.ts';
import { runsSideBySide } from '../db/engine.ts';
import { type Mismatch, MISMATCH_WORDS, readMismatches } from '../devices/mismatches.ts';
import { queueNotice } from '../notify/queue.ts';
import { type WeeklyList, weeklyNotice } from '../notify/weekly.ts';
import { readOrganisation } from '../organisation/store.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import { generalPolicy } from '../policies/store.ts';

const ICT: Role = 'ict-administrator';
const LONDON = 'Europe/London';

/** The next Monday at 7 in the morning, on the council's clock. */
export function nextWeekly(now: number): number {
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(LONDON);
  const monday = here.subtract({ days: here.dayOfWeek - 1 }).withPlainTime('07:00');
  const next = monday.epochMilliseconds > now ? monday : monday.add({ weeks: 1 });
  return next.epochMilliseconds;
}

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

/**
 * The one list of the week: devices that are not heard from, and register entries that contradict a device. It goes to
 * whom the policy tells first (invariant 7), and to ICT where ICT has an address of its own. Nothing to tell, no message.
 */
export async function tellOfTheWeek(tx: Tx, organisation: string, deps: NoticeDeps): Promise<void> {
  const silent = await notSeen(tx, organisation);
  const mismatches = await readMismatches(tx, organisation, deps.now);
  if (silent.length === 0 && !mismatches.some(({ kind }) => WORTH_TELLING.has(kind))) return;
  const { reportTo, policyTitle } = toldFirst(await generalPolicy(tx, organisation, deps.now));
  const list: WeeklyList = {
    notSeen: [...Map.groupBy(silent, ({ breach }) => breach.device).values()].flatMap(linesOf),
    mismatches: Object.entries(MISMATCH_WORDS).map(([kind, words]) => ({
      words,
      count: mismatches.filter((mismatch) => mismatch.kind === kind).length,
    })),
  };
  const text = weeklyNotice(list, { origin: deps.origin, policyTitle });
  const breaches = silent.map(({ breach }) => breach);
  const { settings } = await readOrganisation(tx, organisation);
  const roles = settings.recipients[ICT] === undefined ? [reportTo] : [...new Set([reportTo, ICT])];
  for (const role of roles) {
    if (breaches.length > 0) await queueAbout(tx, breaches, role, text, deps);
    else await queueNotice(tx, { organisation, role, ...text, breaches: [], at: deps.now }, deps.random);
  }
}
