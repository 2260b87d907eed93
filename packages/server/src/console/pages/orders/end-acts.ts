import { leaveService, revokeKey } from '../../../ordering/end-device.ts';
import { type DeviceAct, reasonField } from './device-act.ts';

export const revokeKeyAct: DeviceAct = {
  path: 'revoke-key',
  access: 'devices:write',
  heading: 'Revoke the key of this device',
  button: 'Continue',
  fields: [reasonField('For the record, such as that it was stolen, and when.')],
  intro: () => [
    'For a device that was stolen, or that appears to be in the wrong hands. Nothing that it sends is taken any more.',
    'Order what is to restrict it first, and wait until it is in force: afterwards it hears of no order, and nothing on it can be lifted but with a release code.',
  ],
  confirm: ({ device }, { reason: why = '' }) => ({
    heading: `Are you sure that you want to revoke the key of ${device.asset_tag}?`,
    warnings: ['It cannot be taken back. If the device is found, it must be enrolled again.'],
    summary: [{ label: 'Why', text: why }],
    button: 'Revoke the key',
  }),
  run: async ({ caller, device }, { reason: why = '' }, deps) => {
    await revokeKey(caller, device.asset_tag, why, deps);
    return { done: 'revoked' };
  },
};

export const leaveAct: DeviceAct = {
  path: 'leave-service',
  access: 'devices:write',
  heading: 'Take this device out of service for good',
  button: 'Continue',
  fields: [reasonField('For the record, such as that it is sold, given back or destroyed.')],
  intro: () => [
    'For a device that the council will not use again. For one that is only away, change its state instead.',
    'Its key ends, what restricts it is lifted, and it counts no more. Its agent stops when it next calls, unless its key was revoked before. What it sent is kept for as long as the council keeps such records.',
  ],
  confirm: ({ device }, { reason: why = '' }) => ({
    heading: `Are you sure that you want to take ${device.asset_tag} out of service?`,
    warnings: ['To use the device again, somebody must put it back into service and enrol it again.'],
    summary: [{ label: 'Why', text: why }],
    button: 'Take it out of service',
  }),
  run: async ({ caller, device }, { reason: why = '' }, deps) => {
    await leaveService(caller, device.asset_tag, why, deps);
    return { done: 'left' };
  },
};
