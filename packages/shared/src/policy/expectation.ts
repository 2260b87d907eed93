import type { TSchema } from 'typebox';

export type Path = readonly (string | number)[];

/** One error as typebox reports it; the parameters depend on the keyword. */
interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
}
interface Expectation {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly expected: string;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Follows a schema path such as `#/properties/rules/items` from the root. */
function schemaAt(root: TSchema, pointer: string): Json | undefined {
  let here: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    here = isObject(here) ? here[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return isObject(here) ? here : undefined;
}

function inWords(schema: Json | undefined): string {
  if (schema === undefined) return 'another value';
  if (typeof schema['description'] === 'string') return schema['description'];
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return `one of ${schema['enum'].join(', ')}`;
  switch (schema['type']) {
    case 'object':
      return 'a mapping';
    case 'array':
      return 'a list';
    case 'string':
      return 'text';
    case 'integer':
      return 'a whole number';
    case undefined:
      return 'another value';
    default:
      return `a ${String(schema['type'])}`;
  }
}

const names = (params: object, key: string): string[] => {
  const value = (params as Json)[key];
  return Array.isArray(value) ? value.map(String) : [];
};

const within = (text: string, limit: unknown, what: string) => `${text} of at ${what} ${String(limit)} characters`;

function sized(error: SchemaError, schema: Json | undefined): string | undefined {
  if (error.keyword === 'minLength') return within(inWords(schema), schema?.['minLength'], 'least');
  if (error.keyword === 'maxLength') return within(inWords(schema), schema?.['maxLength'], 'most');
  return undefined;
}

/**
 * What was expected where `error` arose. A missing key stands at its mapping, an unknown key at itself; an error
 * inside one arm of a choice is told by the choice.
 */
export function expectationOf(root: TSchema, error: SchemaError, path: Path): Expectation[] {
  const schema = schemaAt(root, error.schemaPath);
  if (error.keyword === 'required') {
    return names(error.params, 'requiredProperties').map((name) => ({
      path: [...path, name],
      at: 'value',
      expected: `the key "${name}"`,
    }));
  }
  if (error.keyword === 'additionalProperties') {
    const allowed = Object.keys((schema?.['properties'] as Json | undefined) ?? {}).join(', ');
    return names(error.params, 'additionalProperties').map((name) => ({
      path: [...path, name],
      at: 'key',
      expected: `no key "${name}"; the keys here are ${allowed}`,
    }));
  }
  const arm = error.schemaPath.indexOf('/anyOf/');
  const told = arm < 0 ? schema : schemaAt(root, error.schemaPath.slice(0, arm));
  if (error.keyword === 'boolean') return [];
  return [{ path, at: 'value', expected: sized(error, schema) ?? inWords(told) }];
}
