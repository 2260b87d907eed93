import Type, { type Static, type TSchema } from 'typebox';
import Value from 'typebox/value';
import { oneLine } from '../../../notify/channel.ts';
import type { Expected, Facility, Found, Kept, Proof, Reading, Restored, Subject } from '../../connector.ts';

const closed = { additionalProperties: false } as const;
const Line = Type.String({ minLength: 1, maxLength: 500 });
const Lines = Type.Array(Line, { maxItems: 50 });
const Far = Type.Record(Type.String(), Type.Unknown());
/** Of what a far system keeps with us, as JSON. */
const MOST_KEPT = 16_384;
/** By which the clocks of two systems may differ, and a reading may be older than the question. */
export const MOST_SKEW_MS = 5 * 60_000;

export const Readings = Type.Array(
  Type.Object(
    {
      where: Type.String({ minLength: 1, maxLength: 200 }),
      at: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$' }),
      found: Line,
      holds: Type.Boolean(),
    },
    closed,
  ),
  { minItems: 1, maxItems: 50 },
);
const FoundAnswer = Type.Object({ before: Far, changes: Lines, warnings: Type.Optional(Lines) }, closed);
const ProofAnswer = Type.Object({ readings: Readings }, closed);
const RestoredAnswer = Type.Object({ left: Lines }, closed);
/** What a far system sends to the address of `callback`. */
export const CallbackBody = Type.Object(
  {
    beadle: Type.Literal(1),
    id: Type.String({ minLength: 1, maxLength: 100 }),
    readings: Readings,
    left: Type.Optional(Lines),
  },
  closed,
);

export type Action = 'find' | 'withdraw' | 'prove' | 'restore' | 'test';

/** What a far system is told: documented in docs/connectors.md. A field may be added; none is changed under the same number. */
export interface WebhookRequest {
  readonly beadle: 1;
  /** The same in every request about one step. */
  readonly id: string;
  readonly action: Action;
  readonly organisation?: string;
  readonly subject?: Pick<Subject, 'person' | 'account' | 'email'>;
  readonly facility?: Facility;
  /** What the far system answered to `find`. */
  readonly before?: Kept;
  readonly expected?: Expected;
  /** Where it may answer later. */
  readonly callback?: string;
}

/** What is kept of a step: the id by which the far system knows it, and what that wants to have back. */
export const StepBefore = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }), far: Far }, closed);
export type StepBefore = Static<typeof StepBefore>;

export class OddAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OddAnswer';
  }
}

/** Says where it does not fit, and never what it says: an odd answer may hold anything. */
export function checked<T extends TSchema>(schema: T, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value;
  const [error] = Value.Errors(schema, value);
  throw new OddAnswer(
    `It is not of the documented form at ${error?.instancePath || '/'}: it ${error?.message ?? 'differs'}.`,
  );
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OddAnswer('It is not JSON.');
  }
}

const cleaned = (lines: readonly string[]): string[] => lines.map((line) => oneLine(line, 500));

export function foundOf(text: string, id: string): Found {
  const { before: far, changes, warnings = [] } = checked(FoundAnswer, parsed(text));
  if (JSON.stringify(far).length > MOST_KEPT) throw new OddAnswer(`Its before is longer than ${MOST_KEPT} characters.`);
  const before: StepBefore = { id, far };
  return { before: { ...before }, changes: cleaned(changes), warnings: cleaned(warnings) };
}

/** A reading from before the question shows nothing of what was done since. */
export function readingsOf(
  readings: Static<typeof Readings>,
  { asked, now }: { readonly asked: number; readonly now: number },
): Reading[] {
  return readings.map(({ where, at: text, found, holds }) => {
    const at = Date.parse(text);
    if (!(at >= asked - MOST_SKEW_MS && at <= now + MOST_SKEW_MS))
      throw new OddAnswer(`A reading is of ${text}, and not of the time since it was asked for.`);
    return { where: oneLine(where), at, found: oneLine(found, 500), holds };
  });
}

export const proofOf = (text: string, times: { readonly asked: number; readonly now: number }): Proof => ({
  readings: readingsOf(checked(ProofAnswer, parsed(text)).readings, times),
});

export const restoredOf = (text: string): Restored => ({
  left: cleaned(checked(RestoredAnswer, parsed(text)).left),
});

export const leftOf = (left: readonly string[] | undefined): readonly string[] | null =>
  left === undefined ? null : cleaned(left);
