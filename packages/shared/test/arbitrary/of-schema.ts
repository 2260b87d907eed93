import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

const UNITS = ['Y', 'M', 'W', 'D'] as const;

/** ISO 8601, as policies write them. */
export const durations: fc.Arbitrary<string> = fc
  .record({
    days: fc.record(Object.fromEntries(UNITS.map((unit) => [unit, fc.oneof(fc.nat(40), fc.nat(99_999))])), {
      requiredKeys: [],
    }) as fc.Arbitrary<Record<string, number>>,
    time: fc.record({ H: fc.nat(999_999), M: fc.nat(999_999), S: fc.nat(99_999_999) }, { requiredKeys: [] }),
  })
  .map(({ days, time }) => {
    const date = UNITS.flatMap((unit) => (days[unit] === undefined ? [] : [`${days[unit]}${unit}`])).join('');
    const clock = (['H', 'M', 'S'] as const)
      .flatMap((unit) => (time[unit] === undefined ? [] : [`${time[unit]}${unit}`]))
      .join('');
    if (date === '' && clock === '') return 'PT0S';
    return `P${date}${clock === '' ? '' : `T${clock}`}`;
  });

/** What every database keeps: no NUL, no half of a surrogate pair. */
const texts = (least: number, most: number) =>
  fc
    .string({ unit: 'binary', minLength: least, maxLength: Math.min(most, least + 12) })
    .map((text) => text.replaceAll('\0', '0'))
    .filter((text) => text.isWellFormed());

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

function strings(schema: Schema): fc.Arbitrary<string> {
  const { pattern } = schema;
  if (typeof pattern !== 'string') return texts(number(schema['minLength'], 0), number(schema['maxLength'], 20));
  return pattern.startsWith('^P(?=') ? durations : fc.stringMatching(new RegExp(pattern));
}

function objects(schema: Schema): fc.Arbitrary<unknown> {
  const [patterned] = Object.entries((schema['patternProperties'] ?? {}) as Record<string, Schema>);
  if (patterned !== undefined)
    return fc.dictionary(fc.stringMatching(new RegExp(patterned[0])), ofSchema(patterned[1]), { maxKeys: 4 });
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const model = Object.fromEntries(properties.map(([name, one]) => [name, ofSchema(one)]));
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[], noNullPrototype: true });
}

function arrays(schema: Schema): fc.Arbitrary<unknown[]> {
  const least = number(schema['minItems'], 0);
  const lengths = { minLength: least, maxLength: Math.min(number(schema['maxItems'], 5), least + 5) };
  const items = ofSchema(schema['items'] as Schema);
  return schema['uniqueItems'] === true ? fc.uniqueArray(items, lengths) : fc.array(items, lengths);
}

function numbers(schema: Schema, whole: boolean): fc.Arbitrary<number> {
  const min = number(schema['minimum'], whole ? Number.MIN_SAFE_INTEGER : -Number.MAX_VALUE);
  const max = number(schema['maximum'], whole ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE);
  return whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
}

/** Values that fit a schema of this project's; throws at a form that no schema here has. */
export function ofSchema(schema: Schema): fc.Arbitrary<unknown> {
  if (Object.keys(schema).length === 0) return fc.constant(null);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as Schema[]).map(ofSchema));
  switch (schema['type']) {
    case 'object':
      return objects(schema);
    case 'array':
      return arrays(schema);
    case 'string':
      return strings(schema);
    case 'integer':
    case 'number':
      return numbers(schema, schema['type'] === 'integer');
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      throw new Error(`no values of ${JSON.stringify(schema)}`);
  }
}
