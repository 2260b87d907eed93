import type { Db } from '../db/database.ts';
import { countOfBreach, findingsOfBreach } from '../findings/read.ts';
import { lastEncryption } from './last-encryption.ts';
import { actionsOf } from './life/actions.ts';
import type { BreachView } from './read.ts';
import { countBreachEvents, readActs, readBreachEvents, readDeviceOf, readHead, readNotices } from './read-history.ts';
import { buildReport } from './report.ts';
import type { BreachReport } from './report-document.ts';
import type { ReportSources } from './report-sources.ts';

/** More than so many of each are counted in a report and not listed: the newest are. */
export const MOST_LISTED = 200;

/** Gathers what is known about a breach. However much there is, a bounded part of it is read. */
export async function sourcesOf(
  db: Db,
  breach: BreachView,
  rest: Pick<ReportSources, 'marking' | 'council' | 'now'>,
): Promise<ReportSources> {
  const { organisation, id } = breach;
  const device = await readDeviceOf(db, breach);
  const notices = await readNotices(db, organisation, id);
  const [first] = await findingsOfBreach(db, organisation, id, 1, 'asc');
  return {
    ...rest,
    breach,
    device,
    head: device === undefined ? undefined : await readHead(db, organisation, device.id, device.generation),
    lastEncryption: device === undefined ? null : await lastEncryption(db, organisation, device.id),
    findings: await findingsOfBreach(db, organisation, id, MOST_LISTED),
    findingsInAll: await countOfBreach(db, organisation, id),
    first,
    events: await readBreachEvents(db, organisation, id, MOST_LISTED),
    eventsInAll: await countBreachEvents(db, organisation, id),
    acts: await readActs(db, organisation, id, MOST_LISTED),
    actions: (await actionsOf(db, breach)).slice(0, MOST_LISTED),
    notices: notices.slice(-MOST_LISTED),
    noticesInAll: notices.length,
  };
}

export const reportOn = async (
  db: Db,
  breach: BreachView,
  rest: Pick<ReportSources, 'marking' | 'council' | 'now'>,
): Promise<BreachReport> => buildReport(await sourcesOf(db, breach, rest));
