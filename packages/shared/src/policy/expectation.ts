import type { TSchema } from 'typebox';

export type Path = readonly (string | number)[];

/** One thing that is wrong in a policy. An error about a key itself points at the key, not at its value. */
export interface Problem {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly expected: string;
}

/** One error as typebox reports it; the parameters depend on the keyword. */
export interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
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

const characters = (count: unknown) => (count === 1 ? '1 character' : `${String(count)} characters`);

function withLimit(keyword: string, schema: Json | undefined): string {
  const words = inWords(schema);
  if (keyword === 'minLength') return `${words} of at least ${characters(schema?.['minLength'])}`;
  if (keyword === 'maxLength') return `${words} of at most ${characters(schema?.['maxLength'])}`;
  return keyword === 'minItems' ? `${words}, not an empty one` : words;
}

/** A key as it was written, on one line and not too long to read. */
const quoted = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

/** What was expected where `error` arose: a missing key stands at its mapping, an unknown key at itself. */
export function expectationOf(root: TSchema, error: SchemaError, path: Path): Problem[] {
  const schema = schemaAt(root, error.schemaPath);
  if (error.keyword === 'required') {
    return names(error.params, 'requiredProperties').map((name) => ({
      path: [...path, name],
      at: 'value',
      expected: `the key ${quoted(name)}`,
    }));
  }
  if (error.keyword === 'additionalProperties') {
    const allowed = Object.keys((schema?.['properties'] as Json | undefined) ?? {}).join(', ');
    return names(error.params, 'additionalProperties').map((name) => ({
      path: [...path, name],
      at: 'key',
      expected: `no key ${quoted(name)}; the keys here are ${allowed}`,
    }));
  }
  return [{ path, at: 'value', expected: withLimit(error.keyword, schema) }];
}

const ARM = /^(.*?)\/anyOf\/\d+/;

/**
 * The errors that explain a mistake, without those that only repeat it: where a value fits the type of just one arm of
 * a choice, what is wrong in that arm; else the choice itself.
 */
export function explaining(errors: readonly SchemaError[]): SchemaError[] {
  const armsOf = (choice: string) =>
    new Set(
      errors.flatMap((error) =>
        ARM.exec(error.schemaPath)?.[1] === choice ? (ARM.exec(error.schemaPath)?.[0] ?? []) : [],
      ),
    );
  const entered = (arm: string) => !errors.some((error) => error.keyword === 'type' && error.schemaPath === arm);
  const enteredOf = (choice: string) => [...armsOf(choice)].filter(entered);
  return errors.filter((error) => {
    const [arm, choice] = ARM.exec(error.schemaPath) ?? [];
    if (error.keyword === 'boolean') return false;
    if (error.keyword === 'anyOf') return enteredOf(error.schemaPath).length !== 1;
    if (arm === undefined || choice === undefined) return true;
    const fitting = enteredOf(choice);
    return fitting.length === 1 && fitting[0] === arm;
  });
}
