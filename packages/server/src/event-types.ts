/**
 * What may be told of, each with what stands for its reference where it has none: that goes through GOV.UK Notify, which
 * may be told no more than a reference and a link. The names are in settings and in webhooks: none ever changes its meaning.
 */
export const EVENTS = {
  'breach.opened': 'A breach',
  'breaches.gathered': 'Device problems for ICT',
  'breaches.escalated': 'Breaches that nobody has acknowledged',
  'containment.asked': 'A request to contain a breach',
  'withdrawal.ordered': 'A withdrawal of access',
  'withdrawal.attention': 'A withdrawal of access that needs somebody',
  'authorisations.due': 'Authorisations',
  'digest.daily': 'Daily digest',
  'digest.weekly': 'Weekly digest',
  message: 'A message',
  test: 'A test message',
} as const;
export type EventType = keyof typeof EVENTS;

/** Those that settings may choose from; a test is always sent. */
export const CHOSEN_EVENTS = [
  'breach.opened',
  'breaches.gathered',
  'breaches.escalated',
  'containment.asked',
  'withdrawal.ordered',
  'withdrawal.attention',
  'authorisations.due',
  'digest.daily',
  'digest.weekly',
  'message',
] as const satisfies readonly EventType[];

/** Those of which a finding for a SIEM can be made. */
export const FINDING_EVENTS = ['breach.opened', 'breaches.gathered'] as const satisfies readonly EventType[];

/** A row from before events were kept is a message. */
export const eventOf = (type: string | null): EventType =>
  type !== null && Object.hasOwn(EVENTS, type) ? (type as EventType) : 'message';
