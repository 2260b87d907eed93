import fc from 'fast-check';
import type { Dice } from './dice.ts';

/** The parts of JSON Schema that this project's schemas use. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

/** Only forbids what would fit besides, and the generator of strings does not know it. */
const LOOKAHEAD = /\(\?![^)]*\)/g;
const SAMPLES = 25;
const samples = new Map<string, readonly string[]>();

/** Texts of a pattern, made once: to make one anew for each request would take longer than the request. */
function samplesOf(pattern: string): readonly string[] {
  const known = samples.get(pattern);
  if (known !== undefined) return known;
  const made = fc.sample(fc.stringMatching(new RegExp(pattern.replaceAll(LOOKAHEAD, ''), 'u'), { size: 'small' }), {
    numRuns: SAMPLES,
    seed: 1,
  });
  samples.set(pattern, made);
  return made;
}

function textOf(schema: Schema, dice: Dice): string {
  if (schema.pattern !== undefined) return dice.pick(samplesOf(schema.pattern)).slice(0, schema.maxLength ?? 500);
  const most = Math.min(schema.maxLength ?? 20, 40);
  return dice.text('abcXYZ 0129-_', Math.max(schema.minLength ?? 0, dice.below(most + 1)));
}

function numberOf({ minimum = -1000, maximum = 1000 }: Schema, dice: Dice): number {
  if (dice.chance(0.1)) return maximum;
  return minimum + dice.below(Math.min(maximum - minimum, 1000) + 1);
}

/** Known values by the name of a key, such as the asset tag of a device that is there. */
export type Known = Readonly<Record<string, readonly string[]>>;

function objectOf(schema: Schema, dice: Dice, known: Known): Record<string, unknown> {
  const named = Object.entries(schema.properties ?? {})
    .filter(([key]) => (schema.required ?? []).includes(key) || dice.chance(0.6))
    .map(([key, part]) => [key, valueOf(part, dice, known, key)]);
  const free = Object.entries(schema.patternProperties ?? {}).flatMap(([pattern, part]) =>
    Array.from({ length: dice.below(3) }, () => [dice.pick(samplesOf(pattern)), valueOf(part, dice, known)]),
  );
  return Object.fromEntries([...named, ...free]) as Record<string, unknown>;
}

/** A value that the schema accepts, or nearly. */
export function valueOf(given: unknown, dice: Dice, known: Known, key = ''): unknown {
  const schema = (given ?? {}) as Schema;
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return dice.pick(schema.enum);
  if (schema.anyOf !== undefined) return valueOf(dice.pick(schema.anyOf), dice, known, key);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, dice, known);
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + dice.below(3) }, () =>
        valueOf(schema.items, dice, known, key),
      );
    case 'string':
      return known[key] !== undefined && dice.chance(0.7) ? dice.pick(known[key]) : textOf(schema, dice);
    case 'integer':
    case 'number':
      return numberOf(schema, dice);
    case 'boolean':
      return dice.chance(0.5);
    case 'null':
      return null;
    case undefined:
    default:
      return dice.pick<unknown>([1, 'text', {}, { a: [1, 2] }, [], null]);
  }
}
