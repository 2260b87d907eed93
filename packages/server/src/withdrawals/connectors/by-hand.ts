import { type Connector, FACILITIES, type Facility, NeedsPerson } from '../connector.ts';

const WHAT: Readonly<Record<Facility, string>> = {
  network: 'network access',
  'email-and-internet': 'e-mail and internet access',
  'business-systems': 'access to business systems',
  'remote-access': 'remote access',
  device: 'the device',
};

const nobody = (facility: Facility, doing: 'withdraw' | 'give back') =>
  new NeedsPerson(
    `No connected system carries this. ${doing === 'withdraw' ? 'Withdraw' : 'Give back'} ${WHAT[facility]} by hand, then say here that it is done.`,
  );

/** Where no system is connected for a facility: the step waits until ICT says that a person has done it, and is never proven. */
export const byHand: Connector = {
  name: 'by-hand',
  byHand: true,
  facilities: FACILITIES,
  enabled: true,
  find: async (_subject, facility) => ({ before: {}, changes: [`ICT withdraws ${WHAT[facility]} by hand`] }),
  withdraw: async (_subject, facility) => {
    throw nobody(facility, 'withdraw');
  },
  prove: async () => ({ readings: [] }),
  restore: async (_subject, facility) => {
    throw nobody(facility, 'give back');
  },
  test: async () => [],
};
