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
  | { readonly kind: 'superseded' };

const OUTCOMES = {
  superseded: (): Refusal => ({
    code: 'signature-refused',
    counted: 'signature',
    detail: 'This device has been enrolled again since: this key is no longer its own.',
  }),
  'counter-too-low': (outcome: Extract<Untimely, { kind: 'counter-too-low' }>): Refusal => ({
    code: 'counter-too-low',
    counted: 'replayed',
    detail: 'The counter must be higher than the last one.',
    more: { lastCounter: outcome.lastCounter },
  }),
};

export const refusalOf = (outcome: Untimely): Refusal =>
  outcome.kind === 'superseded' ? OUTCOMES.superseded() : OUTCOMES['counter-too-low'](outcome);
