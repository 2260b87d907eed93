import type { Caller } from '../access.ts';
import { seesField } from '../people/fields.ts';
import type { BreachReport } from './report-document.ts';

/** What stands for somebody who is not named. */
const SOMEBODY = 'somebody at the council';

/** The report as the caller may see it: without who reported it, where that is not for them. */
export function reportSeenBy(report: BreachReport, caller: Pick<Caller, 'role'>): BreachReport {
  const { reported, timeline } = report;
  if (reported === null || seesField(caller, 'breach.reporter')) return report;
  const hidden = timeline.map((event) => (event.type === 'reported' ? { ...event, actor: SOMEBODY } : event));
  return { ...report, reported: { ...reported, by: null }, timeline: hidden };
}
