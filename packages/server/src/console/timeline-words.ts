import { humanise, isTime, labelOf, moment, reasonWords, roleWords, told } from './words.ts';

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
  contained: 'Contained',
  assessed: 'Assessed',
  decided: 'Decided whether to tell',
  'awareness-moved': 'Moment of awareness moved',
  referred: 'Referred',
  assigned: 'Given to somebody',
  'action-added': 'Action agreed',
  'action-done': 'Action done',
  'action-dropped': 'Action dropped',
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

export const eventWords = (type: string): string => EVENTS[type] ?? humanise(type);

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

/** Ids of rows mean nothing to a reader. */
const hidden = /(^id|Id|^breach|^notice)$/;

function valueWords(name: string, value: unknown): string {
  if (name === 'reason' && typeof value === 'string') return reasonWords(value);
  if ((name === 'role' || name === 'as') && typeof value === 'string') return roleWords(value);
  if (name === 'verdict' && typeof value === 'string') return labelOf('verdict', value).text;
  if (name === 'severity' && typeof value === 'string') return labelOf('severity', value).text;
  return typeof value === 'number' && isTime(value) ? moment(value) : told(value);
}

const NAMES: Readonly<Record<string, string>> = { role: 'To', as: 'As', count: 'Times in all', by: 'By' };

/** What is on record about an event, one line a value. */
export function detailLines(detail: unknown): string[] {
  if (detail === null || detail === undefined) return [];
  if (typeof detail !== 'object' || Array.isArray(detail)) return [told(detail)];
  return Object.entries(detail)
    .filter(([name, value]) => !hidden.test(name) && value !== null)
    .map(([name, value]) => `${NAMES[name] ?? humanise(name)}: ${valueWords(name, value)}`);
}
