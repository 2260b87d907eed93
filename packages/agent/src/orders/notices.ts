import type { OneOff, Restriction, RestrictionKind } from '@beadle/shared';
import type { Notice } from '../restrictions/means.ts';

/** What the person at the device reads first. */
const TITLES: Readonly<Record<RestrictionKind, string>> = {
  lock: 'ICT has locked this laptop',
  'sign-out': 'ICT is signing you out of this laptop',
  isolate: 'ICT has cut this laptop off from the network',
  'block-removable-media': 'Memory sticks and cards do not work on this laptop now',
  'lost-mode': 'This laptop has been reported lost',
};

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' });

/** Until when it holds, in the form of GOV.UK's style: "3 December 2026 at 17:00". */
export const endInWords = (until: string | null): string =>
  until === null ? 'Until ICT ends it.' : `Until ${WHEN.format(new Date(until))}, or until ICT ends it.`;

/** Why, until when and whom to call; for a laptop that was lost, whoever found it is spoken to. */
export function noticeOf({ kind, notice, telephone, until }: Restriction): Notice {
  const call = kind === 'lost-mode' ? 'If you have found it, call' : 'Call';
  const parts = [
    notice ?? '',
    telephone === null ? '' : `${call} ${telephone}.`,
    kind === 'lost-mode' ? '' : endInWords(until),
  ];
  return { title: TITLES[kind], text: tidy(parts.filter((part) => part !== '').join('\n')), isUrgent: true };
}

export const messageOf = ({ text }: Extract<OneOff, { kind: 'message' }>): Notice => ({
  title: 'A message from ICT',
  text: tidy(text),
  isUrgent: false,
});

/** Lines stay; every other control character becomes a space. */
const tidy = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, ' ').trim() || 'Ask ICT.';
