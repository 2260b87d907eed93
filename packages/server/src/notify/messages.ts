import { SEVERITIES } from '@beadle/shared';
import type { NoticeEvent } from './queue.ts';
import { momentInWords } from './words.ts';

/** What a notice says of a breach: nothing about a person, and of the facts no more than finds the case. */
export interface BreachInNotice {
  readonly ref: string;
  readonly clause: string;
  /** What the policy says, in its own words. */
  readonly says: string;
  /** Null where a person reported something that is not about one device. */
  readonly assetTag: string | null;
  readonly severity: string;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly remedy: string | null;
  /** The reference of the item that it is one of several of; null where it stands for itself. */
  readonly cluster: string | null;
}

export interface NoticeContext {
  /** The server's public origin, for links. */
  readonly origin: string;
  readonly policyTitle: string;
}

/** For `queueNotice`. The marking and whom to ask are added when it is sent. */
export interface NoticeText {
  readonly title: string;
  readonly body: string;
  readonly event: NoticeEvent;
}

/** More are counted and stand behind the link: a message that nobody can read to its end tells nobody anything. */
const MOST_LISTED = 40;

const pathOf = (ref: string): string => `/breaches/${encodeURIComponent(ref)}`;
const linkTo = ({ origin }: NoticeContext, ref: string): string => `${origin}${pathOf(ref)}`;
export const paragraphs = (...lines: readonly (string | null)[]): string =>
  lines.filter((line) => line !== null).join('\n\n');

/** A single breach, for whoever the policy says is told first. What was found appears to be a breach until a person says so. */
export function breachNotice(breach: BreachInNotice, context: NoticeContext): NoticeText {
  const { ref, clause, says, assetTag, severity, firstSeen, remedy } = breach;
  const what =
    assetTag === null ? 'Somebody has reported what appears to be a breach' : `Device ${assetTag} appears to breach`;
  const of = assetTag === null ? ` of the ${context.policyTitle}.` : ` the ${context.policyTitle}.`;
  return {
    title: `${ref}: apparent breach of section ${clause}${assetTag === null ? '' : ` on ${assetTag}`}`,
    body: paragraphs(
      what + of,
      [
        `Reference: ${ref}`,
        `Section: ${clause}`,
        `Severity: ${severity}`,
        `First seen: ${momentInWords(firstSeen)}`,
      ].join('\n'),
      `The policy says: ${says}`,
      remedy === null ? null : `How it is put right: ${remedy}`,
      `What you need to do: look at what was recorded, and decide what it was.\n${linkTo(context, ref)}`,
      'What happens next: nothing is decided about anybody until a person has looked at it. ' +
        'If this is wrong, say so in the case: that is recorded with it.',
    ),
    event: { type: 'breach.opened', reference: ref, severity, path: pathOf(ref) },
  };
}

interface Item {
  readonly ref: string;
  readonly breaches: readonly [BreachInNotice, ...BreachInNotice[]];
}

/** Breaches that share rule and cause are one item, where the first of them stands. */
function itemsOf(breaches: readonly BreachInNotice[]): Item[] {
  const items = new Map<string, [BreachInNotice, ...BreachInNotice[]]>();
  for (const breach of breaches) {
    const ref = breach.cluster ?? breach.ref;
    const known = items.get(ref);
    if (known === undefined) items.set(ref, [breach]);
    else known.push(breach);
  }
  return [...items].map(([ref, list]) => ({ ref, breaches: list }));
}

/** What ICT is to put right (`duty: ict`), in one message: these belong to devices and are on nobody's record. */
export function groupedNotice(breaches: readonly BreachInNotice[], context: NoticeContext): NoticeText {
  const items = itemsOf(breaches);
  const listed = items.slice(0, MOST_LISTED).map((item) => lineOf(item, context));
  const more = items.length - listed.length;
  const count = breaches.length === 1 ? '1 device problem' : `${breaches.length} device problems`;
  const of = items.length === breaches.length ? '' : ` (${items.length === 1 ? '1 cause' : `${items.length} causes`})`;
  return {
    title: `${count} for ICT to put right${of}`,
    body: paragraphs(
      `${count} ${breaches.length === 1 ? 'appears' : 'appear'} to breach the ${context.policyTitle}. They belong to the devices, not to whoever holds them.`,
      ...listed,
      more === 0 ? null : `And ${more} more.`,
      `What you need to do: nothing at once. They stand in ICT's list:\n${context.origin}/breaches?duty=ict`,
    ),
    event: gatheredEvent(breaches),
  };
}

function gatheredEvent(breaches: readonly BreachInNotice[]): NoticeEvent {
  const worst = SEVERITIES.findLast((severity) => breaches.some((breach) => breach.severity === severity)) ?? null;
  const [only] = breaches.length === 1 ? breaches : [];
  return {
    type: 'breaches.gathered',
    reference: only?.ref ?? null,
    severity: worst,
    path: only === undefined ? '/breaches?duty=ict' : pathOf(only.ref),
  };
}

const MOST_TAGS = 10;

/** `DBC-1, DBC-2 and 3 more`. */
function tagsOf(breaches: readonly BreachInNotice[]): string {
  const tags = [...new Set(breaches.flatMap(({ assetTag }) => assetTag ?? []))];
  const more = tags.length - MOST_TAGS;
  return more > 0 ? `${tags.slice(0, MOST_TAGS).join(', ')} and ${more} more` : tags.join(', ');
}

function lineOf({ ref, breaches }: Item, context: NoticeContext): string {
  const [{ clause, says, severity, remedy }] = breaches;
  const tags = tagsOf(breaches);
  const of = breaches.length === 1 ? '' : `${breaches.length} problems of `;
  return [
    `${ref}: ${of}section ${clause}${tags === '' ? '' : ` on ${tags}`}, ${severity}`,
    `The policy says: ${says}`,
    ...(remedy === null ? [] : [`How it is put right: ${remedy}`]),
    breaches.length === 1 ? linkTo(context, ref) : `${context.origin}/clusters/${encodeURIComponent(ref)}`,
  ].join('\n');
}
