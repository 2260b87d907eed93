import {
  ANSWER_WORDS,
  CATEGORY_WORDS,
  CULPABILITY_WORDS,
  FACTOR_WORDS,
  ROUTE_WORDS,
  TELL_WORDS,
  TOLD_WORDS,
  TRIAGE_WORDS,
  wordOf,
} from './breach-words.ts';
import { day, humanise, isTime, moment, reasonWords, roleWords, told } from './words.ts';
import { labelOf } from './labels.ts';
import { KIND_WORDS, nameOfKind } from './pages/orders/words.ts';

const EVENTS: Readonly<Record<string, string>> = {
  opened: 'Opened',
  joined: 'Seen again',
  reported: 'Reported',
  notified: 'Message sent',
  'notice-queued': 'Message written',
  escalated: 'Escalated, as nobody acknowledged it',
  acknowledged: 'Acknowledged',
  restored: 'Put right: the device keeps to the rule again',
  triaged: 'Decided what it is',
  'containment-asked': 'ICT asked to contain it',
  contained: 'Contained',
  'withdrawal-ordered': 'Withdrawal of access ordered',
  'device-ordered': 'Restriction of a device ordered',
  'device-order-lifted': 'Restriction of a device lifted',
  assessed: 'Assessed',
  decided: 'Decided whether to tell',
  'awareness-moved': 'Moment of awareness moved',
  referred: 'Referred',
  assigned: 'Given to somebody',
  'action-added': 'Action agreed',
  'action-done': 'Action done',
  'action-dropped': 'Action dropped',
  corrected: 'Correction recorded beside it',
  closed: 'Closed',
  reopened: 'Opened again',
  requested: 'Asked for',
  accepted: 'Risks accepted',
  revoked: 'Ended before its time',
  'incident-ended': 'Ended with its incident',
  reminded: 'Reminder written',
  lapsed: 'Ended',
  'paper-returned': 'Paper returned',
  'paper-destroyed': 'Paper destroyed',
  'recorded-from-paper': 'Recorded from paper',
};

export const eventWords = (type: string): string =>
  (Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined) ?? humanise(type);

export const actorWords = (actor: string): string =>
  actor === 'beadle'
    ? 'Beadle'
    : actor.replace(/^(token|cli):/, (_, kind: string) => (kind === 'token' ? 'the program ' : 'the command line of '));

const CHANNELS: Readonly<Record<string, string>> = {
  mail: 'Email',
  'govuk-notify': 'GOV.UK Notify',
  webhook: 'Webhook',
  siem: 'SIEM',
  file: 'File',
};

/** A machine's channel has the name that the settings give it behind the kind: `webhook:security`. */
export function channelWords(channel: string): string {
  const [kind = '', ...name] = channel.split(':');
  const words = CHANNELS[kind] ?? humanise(kind);
  return name.length === 0 ? words : `${words} ${name.join(':')}`;
}

/** Ids of rows mean nothing to a reader; what an assessment weighed stands in a part of its own. */
const hidden = /(^id|Id|^breach|^notice|^factors)$/;

const either =
  (...tables: readonly Readonly<Record<string, string>>[]) =>
  (value: string): string =>
    tables.map((words) => wordOf(words, value)).find((text) => text !== value) ?? value;

const answer = either(ANSWER_WORDS);

/** How a value is told, by its name; a referral goes `to` a route, a message has a `role`. */
const TEXTS: Readonly<Record<string, (value: string) => string>> = {
  // A device's reason is one of a list; a person's is what they wrote.
  reason: (value) => (/^[a-z0-9-]+$/.test(value) ? reasonWords(value) : value),
  kind: (value) => (Object.hasOwn(KIND_WORDS, value) ? nameOfKind(value) : told(value)),
  role: roleWords,
  as: roleWords,
  to: either(ROUTE_WORDS),
  verdict: (value) => labelOf('verdict', value).text,
  severity: (value) => labelOf('severity', value).text,
  decision: either(TRIAGE_WORDS, TELL_WORDS),
  about: either(TOLD_WORDS),
  category: either(CATEGORY_WORDS),
  culpability: either(CULPABILITY_WORDS),
  personalData: answer,
  riskLikely: answer,
  highRisk: answer,
  specialCategory: answer,
  childrenOrVulnerable: answer,
  due: (value) => day(value),
};

function valueWords(name: string, value: unknown): string {
  if (name === 'owner' && value === null) return 'nobody’s';
  const words = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (words !== undefined && typeof value === 'string') return words(value);
  return typeof value === 'number' && isTime(value) ? moment(value) : told(value);
}

const NAMES: Readonly<Record<string, string>> = {
  role: 'To',
  as: 'As',
  count: 'Times in all',
  by: 'By',
  about: 'About',
  toldAt: 'Told',
  awareAt: 'Aware',
  owner: 'Whose',
  beforeNotified: 'Before whoever is told first had been told',
  rootCause: 'What it came from',
  request: 'What is asked',
  measures: 'What was done',
  title: 'What',
  personalData: 'Information about living people',
  riskLikely: 'A risk to them is likely',
  highRisk: 'That risk is high',
  people: 'People affected, about',
  records: 'Records involved, about',
};

const nameOf = (name: string): string =>
  (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? FACTOR_WORDS[name]?.[0] ?? humanise(name);

/** What is on record about an event, one line a value. */
export function detailLines(detail: unknown): string[] {
  if (detail === null || detail === undefined) return [];
  if (typeof detail !== 'object' || Array.isArray(detail)) return [told(detail)];
  return Object.entries(detail)
    .filter(([name, value]) => !hidden.test(name) && (value !== null || name === 'owner'))
    .map(([name, value]) => `${nameOf(name)}: ${valueWords(name, value)}`);
}
