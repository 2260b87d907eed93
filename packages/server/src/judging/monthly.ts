import { headOf } from '../audit/record.ts';
import type { NoticeDeps } from '../breaches/notices.ts';
import type { Tx } from '../db/database.ts';
import { paragraphs } from '../notify/messages.ts';
import { queueNotice } from '../notify/queue.ts';
import { wasTold } from '../notify/told.ts';
import { momentInWords } from '../notify/words.ts';
import { londonDay } from '../organisation/digests.ts';
import { readOrganisation } from '../organisation/store.ts';

/**
 * The head of the audit log, to the SIRO, once a month: kept where the server's administrators cannot write, it shows
 * later that nothing before it was written anew.
 */
export async function tellOfTheLog(tx: Tx, organisation: string, { now, random }: NoticeDeps): Promise<void> {
  const id = `audit.anchor:${londonDay(now).slice(0, 7)}`;
  if (await wasTold(tx, organisation, id)) return;
  const { name } = await readOrganisation(tx, organisation);
  const { sequence, link } = await headOf(tx, organisation);
  if (sequence === 0) return;
  const notice = {
    organisation,
    role: 'siro' as const,
    title: 'Keep this: the head of the audit log',
    body: paragraphs(
      `On ${momentInWords(now)} the audit log of ${name} had ${sequence} acts. Its head was:\n${sequence}:${link}`,
      'What you need to do: keep this message where those who run the server cannot change it.',
      `What it is for: whoever could write to the database could make the log anew. It would then be whole, but would not have this head. To see that it has, somebody runs:\nbeadle-server audit verify --anchor ${sequence}:${link}`,
    ),
    event: { type: 'message' as const, id, path: '/' },
    breaches: [],
    at: now,
  };
  await queueNotice(tx, notice, random);
}
