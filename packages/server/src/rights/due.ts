import type { Db, Tx } from '../db/database.ts';
import { rightsDates } from '../deadlines/rights-dates.ts';
import type { NoticeDeps } from '../breaches/notices.ts';
import { wasTold } from '../notify/told.ts';
import { londonDay } from '../organisation/digests.ts';
import { type DueRequest, dueNotice, tellPeople } from './notices.ts';
import { kindOf } from './read.ts';

const WEEK_MS = 7 * 86_400_000;
/** More are for the list. */
const MOST = 200;

/** What is to be acknowledged or answered by then, or was to be, the first due first. */
export async function rightsDueBy(db: Db | Tx, organisation: string, until: number): Promise<DueRequest[]> {
  const rows = await db
    .selectFrom('rights_requests')
    .select(['ref', 'kind', 'asked_at', 'acknowledged_at'])
    .where('organisation', '=', organisation)
    .where('answered_at', 'is', null)
    .orderBy('id')
    .limit(MOST)
    .execute();
  return rows
    .flatMap((row): DueRequest[] => {
      const { acknowledgeBy, answerBy } = rightsDates(kindOf(row), row.asked_at);
      if (row.acknowledged_at === null) return [{ ref: row.ref, step: 'acknowledge', due: acknowledgeBy }];
      return answerBy === null ? [] : [{ ref: row.ref, step: 'answer', due: answerBy }];
    })
    .filter(({ due }) => due <= until)
    .toSorted((a, b) => a.due - b.due);
}

/** Told to the Data Protection Officer alone, once a day, from a week before something is due until it is done. */
export async function tellOfRights(
  tx: Tx,
  organisation: string,
  { now, random, origin }: Pick<NoticeDeps, 'now' | 'random' | 'origin'>,
): Promise<void> {
  const id = `rights.due:${londonDay(now)}`;
  if (await wasTold(tx, organisation, id)) return;
  const due = await rightsDueBy(tx, organisation, now + WEEK_MS);
  if (due.length === 0) return;
  const text = dueNotice(due, now, origin);
  const event = { ...text.event, id };
  await tellPeople(tx, { organisation, role: 'data-protection-officer', ...text, event, at: now }, random);
}
