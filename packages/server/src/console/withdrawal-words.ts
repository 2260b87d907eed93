import type { Facility } from '../withdrawals/connector.ts';
import { humanise } from './words.ts';

/** As people call them (clause 4.6); the device itself is clause 4.7's. */
export const FACILITY_WORDS: Readonly<Record<Facility, { readonly text: string; readonly hint: string }>> = {
  network: { text: 'Network', hint: 'Signing in with the council’s account' },
  'email-and-internet': { text: 'E-mail and internet', hint: 'The mailbox, and the way to the internet' },
  'business-systems': { text: 'Business systems', hint: 'Such as housing, benefits and social care' },
  'remote-access': { text: 'Remote access', hint: 'The VPN, and working from anywhere else' },
  device: { text: 'Device', hint: 'The laptop itself is locked and cut off from all but Beadle' },
};

export const facilityWords = (facility: string): string =>
  Object.hasOwn(FACILITY_WORDS, facility) ? FACILITY_WORDS[facility as Facility].text : humanise(facility);

const SYSTEMS: Readonly<Record<string, string>> = {
  'active-directory': 'Active Directory',
  device: 'Device',
  'by-hand': 'By hand',
};

export const systemName = (connector: string): string => SYSTEMS[connector] ?? connector;

const EVENTS: Readonly<Record<string, string>> = {
  ordered: 'Ordered',
  approved: 'Approved by a second person',
  refused: 'Refused by a second person',
  'restore-ordered': 'Giving back was ordered',
  'done-by-hand': 'Done by hand',
  running: 'Begun',
  done: 'The system was told',
  proven: 'Withdrawn, and shown by reading the system',
  retrying: 'Did not work; it is tried again',
  'needs-person': 'Needs a person',
  restoring: 'Being given back',
  restored: 'Given back',
  'handed-over': 'Another withdrawal still takes it away',
  planned: 'Not begun',
};

export const withdrawalEventWords = (type: string): string => EVENTS[type] ?? humanise(type);
