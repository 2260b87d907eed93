import type { OrganisationSettings } from '../organisation/settings.ts';
import type { EventType } from '../event-types.ts';
import type { Addressee } from './recipient.ts';

/** A breach as a SIEM is told of it: nothing about a person. Times are milliseconds since the epoch. */
export interface BreachFacts {
  readonly ref: string;
  readonly clause: string;
  readonly rule: string;
  readonly says: string;
  readonly severity: string;
  readonly assetTag: string | null;
  readonly count: number;
  readonly firstSeen: number;
  readonly openedAt: number;
  readonly policyVersion: string;
}

/** One delivery, as a channel is given it. */
export interface Message {
  /** Of the delivery: the same at every attempt, so that a far end can drop a repeat. */
  readonly id: string;
  readonly type: EventType;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  readonly reference: string | null;
  readonly severity: string | null;
  /** May hold line breaks or worse, as whoever names a rule or a device could write them. */
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly council: string;
  readonly settings: OrganisationSettings;
  readonly breaches: readonly BreachFacts[];
  /** What the far end gave for an earlier attempt whose failure is known. */
  readonly failedReceipt: string | null;
}

export interface Sending {
  readonly signal: AbortSignal;
  /** Now, in milliseconds since the epoch. */
  readonly now: number;
}

export interface Sent {
  /** What the far end gave for it; null where it gives nothing. */
  readonly receipt: string | null;
}

/** Sends to whoever has a role. Throws, in words for people, to be tried again. */
export interface MailingChannel {
  readonly name: 'mail' | 'govuk-notify';
  readonly send: (message: Message, recipient: Addressee, sending: Sending) => Promise<Sent>;
  /** Where the far end says later what became of it. */
  readonly statusOf?: (receipt: string, sending: Sending) => Promise<FarStatus>;
}

export type FarStatus =
  | 'pending'
  | 'delivered'
  | 'permanent-failure'
  | 'temporary-failure'
  | 'technical-failure'
  /** The far end does not keep it any more. */
  | 'unknown';

/** Sends to a machine, which is for no role. Throws, in words for people, to be tried again. */
export interface MachineChannel {
  /** `webhook:NAME` or `siem:NAME`, as in `notices.channel`. */
  readonly name: string;
  /** Where it goes, without anything secret. */
  readonly destination: string;
  readonly events: ReadonlySet<EventType>;
  readonly send: (message: Message, sending: Sending) => Promise<Sent>;
}

/** On one line, without control characters, and no longer than `most`: for headers, logs and what a page lists. */
export const oneLine = (text: string, most = 200): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed();
