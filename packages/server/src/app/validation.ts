import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { type FieldProblem, problem } from '../errors.ts';
import { holdsOnlyKeepable, nestsAtMost } from '../keepable.ts';
import { validatorOf } from '../validators.ts';

const MOST_FIELDS = 20;
/** Far more than any form has: what looks for two that are alike follows each to its end, and runs out of stack. */
const DEEPEST_BODY = 32;

/** The part of a schema that a JSON pointer leads to, where it has one. */
function partAt(schema: TSchema, pointer: string): TSchema | undefined {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => {
      if (typeof at !== 'object' || at === null) return undefined;
      if ('properties' in at) return (at.properties as Record<string, unknown>)[key];
      return 'items' in at ? at.items : undefined;
    }, schema) as TSchema | undefined;
}

const fieldName = (part: string, pointer: string): string => [part, ...pointer.split('/').slice(1)].join('.');

function fieldsOf(schema: TSchema, error: TLocalizedValidationError, part: string): FieldProblem[] {
  const { instancePath } = error;
  const at = (key: string) => fieldName(part, `${instancePath}/${key}`);
  const expected = (pointer: string): string => {
    const found = partAt(schema, pointer);
    return found !== undefined && 'description' in found && typeof found.description === 'string'
      ? found.description
      : '';
  };
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((key) => ({
      field: at(key),
      expected: expected(`${instancePath}/${key}`) || 'to be there',
    }));
  }
  if (error.keyword === 'additionalProperties') {
    return error.params.additionalProperties.map((key) => ({
      field: at(key),
      expected: 'not to be there: it is not known',
    }));
  }
  // `false` schemas repeat what `additionalProperties` has said.
  if (error.keyword === 'boolean') return [];
  return [{ field: fieldName(part, instancePath), expected: expected(instancePath) || error.message }];
}

/** One problem a field, the first that was found. */
function fieldProblems(schema: TSchema, errors: readonly TLocalizedValidationError[], part: string): FieldProblem[] {
  const fields = new Map<string, FieldProblem>();
  for (const found of errors.flatMap((error) => fieldsOf(schema, error, part))) {
    if (!fields.has(found.field)) fields.set(found.field, found);
  }
  return [...fields.values()].slice(0, MOST_FIELDS);
}

const NUMBER = /^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$/;

/** What a text of a query stands for, as its schema has it; one that stands for nothing stays, for the schema to refuse. */
function meant(schema: unknown, text: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) return text;
  if (schema.type === 'array') return typeof text === 'string' ? [text] : text;
  if (typeof text !== 'string') return text;
  if ((schema.type === 'integer' || schema.type === 'number') && NUMBER.test(text)) return Number(text);
  return schema.type === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text;
}

function fromText(schema: TSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, text]) => [key, meant(partAt(schema, `/${key}`), text)]);
  return Object.fromEntries(entries);
}

const unkeepable = (part: string) =>
  problem('validation', `${part}: expected text without NUL characters and halves of surrogate pairs`);

/**
 * Holds requests against their schemas as they are: nothing is coerced, filled in or stripped. A query and the parts of
 * a path are text by nature, so that numbers and booleans in them are read from text first.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const part = httpPart === 'querystring' ? 'query' : (httpPart ?? 'request');
  return (value: unknown) => {
    const given = httpPart === 'body' ? value : fromText(schema, value);
    if (httpPart === 'body' && !nestsAtMost(value, DEEPEST_BODY))
      return { error: problem('validation', `body: expected at most ${DEEPEST_BODY} levels`) };
    const compiled = validatorOf(schema);
    if (compiled.Check(given)) return holdsOnlyKeepable(given) ? { value: given } : { error: unkeepable(part) };
    const fields = fieldProblems(schema, compiled.Errors(given), part);
    const words = fields.map(({ field, expected }) => `${field}: expected ${expected}`).join('; ');
    return { error: problem('validation', words || `${part}: another form was expected`, fields) };
  };
};
