import type { NoticeContext, NoticeText } from './messages.ts';
import { momentInWords } from './words.ts';

export interface Unacknowledged {
  readonly ref: string;
  readonly clause: string;
  readonly severity: string;
  /** When whoever is told first was told, in milliseconds since the epoch. */
  readonly toldAt: number;
}

const MOST_LISTED = 40;

/** What nobody has acknowledged in time, for whoever is told next. Says nothing of a person or a device. */
export function unacknowledgedNotice(
  breaches: readonly Unacknowledged[],
  { origin, policyTitle }: NoticeContext,
): NoticeText {
  const [first] = breaches;
  const one = breaches.length === 1 && first !== undefined;
  const listed = breaches
    .slice(0, MOST_LISTED)
    .map(
      ({ ref, clause, severity, toldAt }) =>
        `${ref}: section ${clause}, ${severity}, told on ${momentInWords(toldAt)}\n${origin}/breaches/${encodeURIComponent(ref)}`,
    );
  const more = breaches.length - listed.length;
  return {
    title: one ? `${first.ref} has not been acknowledged` : `${breaches.length} breaches have not been acknowledged`,
    body: [
      `${one ? 'An apparent breach' : `${breaches.length} apparent breaches`} of the ${policyTitle} ${one ? 'has' : 'have'} not been acknowledged in time.`,
      ...listed,
      ...(more > 0 ? [`And ${more} more.`] : []),
      'What you need to do: acknowledge what is yours to deal with, or make sure that somebody does. This message ends nobody else’s part in it.',
    ].join('\n\n'),
    event: {
      type: 'breaches.escalated',
      ...(one ? { reference: first.ref, severity: first.severity } : {}),
      path: one ? `/breaches/${encodeURIComponent(first.ref)}` : '/breaches',
    },
  };
}
