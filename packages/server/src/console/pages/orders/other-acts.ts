import { liftByPerson, readCode } from '../../../ordering/act.ts';
import { messageByPerson, resendByPerson } from '../../../ordering/one-off.ts';
import { MOST_MESSAGE } from '../../../ordering/schema.ts';
import { moment } from '../../words.ts';
import { type DeviceAct, type DeviceCase, reasonField } from './device-act.ts';
import { MESSAGE_UNTIL, nameOfKind } from './words.ts';

/** Of the order that the page is about. */
const orderWords = ({ order }: DeviceCase): string =>
  order === undefined ? '' : `${nameOfKind(order.kind)}, ordered on ${moment(order.ordered_at)}.`;

export const messageAct: DeviceAct = {
  path: 'message',
  heading: 'Send a message to this device',
  button: 'Send the message',
  fields: [
    {
      name: 'text',
      kind: 'text',
      label: 'Message',
      missing: 'Enter a message',
      most: MOST_MESSAGE,
    },
    reasonField('For the record. The worker does not read this.'),
  ],
  intro: () => [`It is shown once to whoever is signed in, as coming from the council’s ICT team. ${MESSAGE_UNTIL}`],
  run: async ({ caller, device }, { text = '', reason: why = '' }, deps) => {
    await messageByPerson(caller, device.asset_tag, { text, reason: why }, deps);
    return { done: 'messaged' };
  },
};

export const resendAct: DeviceAct = {
  path: 'resend',
  heading: 'Have this device send its findings again',
  button: 'Have it send again',
  fields: [reasonField('For the record, such as that what is shown here does not fit what you see.')],
  intro: () => [
    'It sends again how it stands by each rule, as it last read it. Nothing else that is on it is sent, and whoever works on it is not disturbed.',
  ],
  run: async ({ caller, device }, { reason: why = '' }, deps) => {
    await resendByPerson(caller, device.asset_tag, why, deps);
    return { done: 'asked-again' };
  },
};

export const liftAct: DeviceAct = {
  path: 'orders/:id/lift',
  heading: 'Lift this restriction',
  button: 'Lift the restriction',
  fields: [reasonField('For the record, such as that the device has been found.')],
  intro: (it) => [
    orderWords(it),
    'Other restrictions of this device stay. It has ended when the device itself has said so.',
  ],
  run: async ({ caller, device, order }, { reason: why = '' }, deps) => {
    await liftByPerson(caller, device.asset_tag, order?.id ?? '', why, deps);
    return { done: 'lifted' };
  },
};

export const codeAct: DeviceAct = {
  path: 'orders/:id/code',
  heading: 'Read out the release code',
  button: 'Show the code',
  fields: [reasonField('For the record, such as who asked, and how you know that it was them.')],
  intro: (it) => [
    orderWords(it),
    'The code ends this restriction on the device itself, also with no network. Read it out only to somebody whom you know to be the right person. That you have seen it is recorded under your name.',
  ],
  run: async ({ caller, device, order }, { reason: why = '' }, deps) => ({
    view: 'device-code',
    model: { code: await readCode(caller, device.asset_tag, order?.id ?? '', why, deps) },
  }),
};
