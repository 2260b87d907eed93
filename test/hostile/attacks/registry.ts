import { ADDRESS_ATTACKS } from './address.ts';
import type { Attack } from './attack.ts';
import { BODY_ATTACKS } from './body.ts';
import { DEVICE_ATTACKS } from './device.ts';
import { HEADER_ATTACKS } from './headers.ts';
import { ORDER_ATTACKS } from './orders.ts';

/** Every way to harm that is tried. */
export const ATTACKS: readonly Attack[] = [
  ...BODY_ATTACKS,
  ...ADDRESS_ATTACKS,
  ...HEADER_ATTACKS,
  ...DEVICE_ATTACKS,
  ...ORDER_ATTACKS,
];
