import type { BreachFacts, Message } from './channel.ts';

/** One breach in a message to a SIEM. */
export interface SiemFinding extends Omit<BreachFacts, 'assetTag'> {
  readonly assetTag: string | null;
  /** Of the delivery and the breach: the same at every attempt. */
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly organisation: string;
  /** Only to see whether it arrives. */
  readonly isTest: boolean;
}

const TEST: BreachFacts = {
  ref: 'TEST',
  clause: '0',
  rule: 'test',
  says: 'This is a test message: nothing has happened.',
  severity: 'info',
  assetTag: null,
  count: 1,
  firstSeen: 0,
  openedAt: 0,
  policyVersion: '0',
};

/** A finding for each breach of a message, each to be told by itself. */
export function findingsOf(message: Message): SiemFinding[] {
  const isTest = message.type === 'test';
  const breaches = isTest ? [{ ...TEST, firstSeen: message.at, openedAt: message.at }] : message.breaches;
  const origin = new URL(message.url).origin;
  return breaches.map((breach) => ({
    ...breach,
    uid: `${message.id}-${breach.ref}`,
    type: message.type,
    url: isTest ? message.url : `${origin}/breaches/${encodeURIComponent(breach.ref)}`,
    organisation: message.council,
    isTest,
  }));
}

export const findingTitle = ({ isTest, clause }: SiemFinding): string =>
  isTest ? 'Test message' : `Apparent breach of section ${clause}`;
