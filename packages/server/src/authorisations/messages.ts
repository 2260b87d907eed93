import { momentInWords } from '../notify/words.ts';
import type { NoticeText } from '../notify/messages.ts';
import { type Matter, MATTERS } from './due.ts';
import { kindNamed } from './kinds.ts';

/** What a message says of an authorisation: not whose it is, which stands behind the link. */
export interface InMessage {
  readonly matter: Matter;
  readonly ref: string;
  readonly kind: string;
  /** When it ends or has ended. */
  readonly validTo: number;
  /** By when somebody has to say what became of the paper; null where it is not for paper. */
  readonly paperBy: number | null;
}

const HEADINGS: Readonly<Record<Matter, string>> = {
  asked: 'Waiting for somebody to decide:',
  ending: 'Ending soon. Whoever still needs one asks for a new one before then:',
  review: 'Due for review. End what is no longer needed:',
  lapsed: 'Ended. Nothing has to be done for the devices, which know it by themselves:',
  paper: 'Paper that nobody has accounted for. Say whether it was returned or destroyed:',
};

/** More stand behind the link: a message that nobody can read to its end tells nobody anything. */
const MOST_LISTED = 40;

export const kindWords = (kind: string): string => kindNamed(kind)?.words ?? kind.replaceAll('-', ' ');

const paperWords = ({ matter, paperBy }: InMessage): string =>
  paperBy !== null && (matter === 'ending' || matter === 'lapsed')
    ? `. Say by ${momentInWords(paperBy)} what became of the paper`
    : '';

const lineOf = (one: InMessage, origin: string): string =>
  `${one.ref}: ${kindWords(one.kind)}, until ${momentInWords(one.validTo)}${paperWords(one)}\n${origin}/authorisations/${one.ref}`;

/** Everything that a role is to be told of authorisations at one time, in one message. */
export function authorisationsNotice(all: readonly InMessage[], origin: string): NoticeText {
  const count = new Set(all.map(({ ref }) => ref)).size;
  const parts = MATTERS.flatMap((matter) => {
    const of = all.filter((one) => one.matter === matter);
    if (of.length === 0) return [];
    const listed = of.slice(0, MOST_LISTED).map((one) => lineOf(one, origin));
    const more = of.length - listed.length;
    return [HEADINGS[matter], ...listed, ...(more === 0 ? [] : [`And ${more} more.`])];
  });
  return {
    title: count === 1 ? '1 authorisation needs your attention' : `${count} authorisations need your attention`,
    body: [...parts, `All of them:\n${origin}/authorisations`].join('\n\n'),
    event: { type: 'authorisations.due', path: '/authorisations' },
  };
}

/** To a role that is said to have approved what was on paper: whoever holds it sees whether that is so. */
export const paperNotice = (count: number, origin: string): NoticeText => ({
  title:
    count === 1
      ? '1 approval of yours was recorded from paper'
      : `${count} approvals of yours were recorded from paper`,
  body: `Somebody has recorded ${count === 1 ? 'an approval' : `${count} approvals`} that your role gave on paper. Look whether it did, and end what it did not give.\n\nAll that hold:\n${origin}/authorisations?show=approved`,
  event: { type: 'authorisations.due', path: '/authorisations?show=approved' },
});
