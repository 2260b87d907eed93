import type { Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import type { NoticeText } from '../notify/messages.ts';
import { type NewNotice, queueNotice } from '../notify/queue.ts';
import { momentInWords } from '../notify/words.ts';
import type { RightsView } from './read.ts';
import type { RightsDates } from '../deadlines/rights-dates.ts';

/** No machine's list, which others read, has anything of it. */
export const tellPeople = (
  tx: Tx,
  notice: Omit<NewNotice, 'breaches' | 'isForPeopleAlone'>,
  random: Random,
): Promise<string> => queueNotice(tx, { ...notice, breaches: [], isForPeopleAlone: true }, random);

type Step = 'received' | 'acknowledged' | 'answered';
type Told = Pick<RightsView, 'ref' | 'language'>;

/** Nothing of what was said, by either side, and not of which kind it is: those stand behind the link. */
const WORDS: Readonly<Record<'en' | 'cy', Readonly<Record<Step, readonly [title: string, body: string]>>>> = {
  en: {
    received: [
      'has been received',
      'What you sent to the Data Protection Officer has been received. They must acknowledge it within 30 days.',
    ],
    acknowledged: ['has been acknowledged', 'The Data Protection Officer has read what you sent and will answer it.'],
    answered: ['has been answered', 'The Data Protection Officer has answered what you sent.'],
  },
  cy: {
    received: [
      'wedi’i dderbyn',
      'Mae’r hyn a anfonoch at y Swyddog Diogelu Data wedi’i dderbyn. Rhaid ei gydnabod o fewn 30 diwrnod.',
    ],
    acknowledged: ['wedi’i gydnabod', 'Mae’r Swyddog Diogelu Data wedi darllen yr hyn a anfonoch a bydd yn ei ateb.'],
    answered: ['wedi’i ateb', 'Mae’r Swyddog Diogelu Data wedi ateb yr hyn a anfonoch.'],
  },
};

const READ = { en: 'Read it, and how it stands, here:', cy: 'Darllenwch ef, a sut y mae’n sefyll, yma:' } as const;

/** To whoever asked, in the language in which they did. */
export function askerNotice({ ref, language }: Told, step: Step, origin: string): NoticeText {
  const tongue = language === 'cy' ? 'cy' : 'en';
  const [title, body] = WORDS[tongue][step];
  const path = `/my-rights/${encodeURIComponent(ref)}`;
  return {
    title: `${ref} ${title}`,
    body: `${body}\n\n${READ[tongue]}\n${origin}${path}`,
    event: { type: 'message', reference: ref, path },
  };
}

/** To the Data Protection Officer, at once. */
export function officerNotice(ref: string, { acknowledgeBy, answerBy }: RightsDates, origin: string): NoticeText {
  const path = `/data-rights/${encodeURIComponent(ref)}`;
  return {
    title: `${ref}: somebody uses a right over what is recorded of them`,
    body: [
      'Somebody complains, objects or asks for a correction.',
      [
        `Reference: ${ref}`,
        `To be acknowledged by: ${momentInWords(acknowledgeBy)}`,
        `To be answered by: ${answerBy === null ? 'without undue delay' : momentInWords(answerBy)}`,
      ].join('\n'),
      `What you need to do: read it, acknowledge it and answer it.\n${origin}${path}`,
    ].join('\n\n'),
    event: { type: 'message', reference: ref, path },
  };
}

export interface DueRequest {
  readonly ref: string;
  readonly step: 'acknowledge' | 'answer';
  /** Milliseconds since the epoch. */
  readonly due: number;
}

const STEPS = { acknowledge: 'to be acknowledged', answer: 'to be answered' } as const;

/** To the Data Protection Officer, once a day while something is due. */
export function dueNotice(due: readonly DueRequest[], now: number, origin: string): NoticeText {
  const lines = due.map(
    (one) => `${one.ref}: ${STEPS[one.step]} ${one.due < now ? 'since' : 'by'} ${momentInWords(one.due)}`,
  );
  const path = '/data-rights';
  return {
    title: due.length === 1 ? '1 request about data rights is due' : `${due.length} requests about data rights are due`,
    body: [...lines, `What you need to do: acknowledge and answer them.\n${origin}${path}`].join('\n\n'),
    event: { type: 'message', path },
  };
}
