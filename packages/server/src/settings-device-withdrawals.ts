import { RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import Type, { type Static } from 'typebox';

const Line = (maximum: number, description: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: maximum,
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    description,
    examples: [example],
  });

/** `deviceWithdrawals` of the settings: where it is there, withdrawing somebody's device is carried out. */
export const DeviceWithdrawalsFile = Type.Object(
  {
    telephone: Line(40, 'a telephone number', '01442 228000'),
    restrictions: Type.Optional(
      Type.Array(Type.Enum([...RESTRICTIONS], { description: `one of ${RESTRICTIONS.join(', ')}` }), {
        minItems: 1,
        uniqueItems: true,
        description: `a list of ${RESTRICTIONS.join(', ')}`,
        examples: [['lock', 'isolate']],
      }),
    ),
    notice: Type.Optional(Line(500, 'what the worker reads', 'Please call the ICT service desk.')),
  },
  { additionalProperties: false },
);

export interface DeviceWithdrawals {
  /** Whom the worker calls. */
  readonly telephone: string;
  readonly restrictions: readonly RestrictionKind[];
  readonly notice: string;
}

const NOTICE =
  'Your access to the council’s systems is withdrawn for now, and this device with it. Please call the number below.';

/** Out of the session, and off the network but for the server. */
const RESTRICTING: readonly RestrictionKind[] = ['lock', 'isolate'];

export const deviceWithdrawalsOf = (
  file: Static<typeof DeviceWithdrawalsFile> | undefined,
): DeviceWithdrawals | null =>
  file === undefined ? null : Object.freeze({ restrictions: RESTRICTING, notice: NOTICE, ...file });
