import type { DeviceRow } from '../devices/read.ts';
import type { ProblemCode } from '../errors.ts';
import type { IngestRefusal } from '../metrics.ts';

/** Why a request of a device that is known is not taken; it is answered signed. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly counted: IngestRefusal;
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The counter was used before, or the key has been replaced since. */
export type Untimely =
  | { readonly kind: 'counter-too-low'; readonly lastCounter: number }
  | { readonly kind: 'superseded' }
  /** With what it is to hold to at last, where its answer can carry that. */
  | { readonly kind: 'left-service'; readonly documents: readonly string[] };

type Standing = Pick<DeviceRow, 'generation' | 'state' | 'key_revoked_at'>;

/**
 * Pure: why a device's key is not what it was, though it was known when the request came; undefined where it is. One
 * whose key was revoked before it left service is told nothing: whoever has it may not be the council.
 */
export function endOfKey(device: Standing, generation: number): 'superseded' | 'left-service' | undefined {
  if (device.generation !== generation) return 'superseded';
  if (device.key_revoked_at !== null) return 'superseded';
  return device.state === 'left-service' ? 'left-service' : undefined;
}

const OUTCOMES = {
  superseded: (): Refusal => ({
    code: 'signature-refused',
    counted: 'signature',
    detail: 'This key has been revoked, or this device has been enrolled again since.',
  }),
  'left-service': ({ documents }: Extract<Untimely, { kind: 'left-service' }>): Refusal => ({
    code: 'device-left-service',
    counted: 'other',
    detail: 'This device has left the council’s service: nothing of it is taken any more.',
    more: { documents },
  }),
  'counter-too-low': (outcome: Extract<Untimely, { kind: 'counter-too-low' }>): Refusal => ({
    code: 'counter-too-low',
    counted: 'replayed',
    detail: 'The counter must be higher than the last one.',
    more: { lastCounter: outcome.lastCounter },
  }),
};

export function refusalOf(outcome: Untimely): Refusal {
  switch (outcome.kind) {
    case 'superseded':
      return OUTCOMES.superseded();
    case 'left-service':
      return OUTCOMES['left-service'](outcome);
    case 'counter-too-low':
      return OUTCOMES['counter-too-low'](outcome);
  }
}
