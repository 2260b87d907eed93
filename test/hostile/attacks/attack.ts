import type { Context } from '../draft.ts';
import type { Endpoint } from '../endpoints.ts';
import type { Shot } from '../shot.ts';

/** One way to harm. `on`: whether it makes sense for an endpoint. */
export interface Attack {
  readonly kind: string;
  readonly on: (endpoint: Endpoint) => boolean;
  /** How often it comes in each round: more where there is more to try. One where it does not say. */
  readonly times?: number;
  readonly make: (context: Context) => Shot;
}

export const everywhere = (): boolean => true;
export const takesBody = ({ method }: Endpoint): boolean => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
export const isOfDevices = ({ access }: Endpoint): boolean => access === 'device';
