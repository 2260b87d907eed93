import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Caller } from '../access.ts';
import { type Field, FIELD_KEYWORD, FIELDS, seesField } from '../people/fields.ts';

type Schema = Readonly<Record<string, unknown>>;
type Hidden = (value: unknown, sees: (field: Field) => boolean) => void;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldOf = (schema: unknown): Field | undefined =>
  isObject(schema) ? FIELDS.find((field) => schema[FIELD_KEYWORD] === field) : undefined;

function ofProperties(properties: Schema): Hidden | undefined {
  const personal = Object.entries(properties).flatMap(([key, schema]) => {
    const field = fieldOf(schema);
    return field === undefined ? [] : [[key, field] as const];
  });
  const below = Object.entries(properties).flatMap(([key, schema]) => {
    const hide = hidingOf(schema);
    return hide === undefined ? [] : [[key, hide] as const];
  });
  if (personal.length === 0 && below.length === 0) return undefined;
  return (value, sees) => {
    if (!isObject(value)) return;
    for (const [key, field] of personal) if (!sees(field)) delete value[key];
    for (const [key, hide] of below) hide(value[key], sees);
  };
}

/** Takes out of an answer of this schema what the caller may not see; undefined where there is nothing of the kind in it. */
function hidingOf(schema: unknown): Hidden | undefined {
  if (!isObject(schema)) return undefined;
  if (isObject(schema['properties'])) return ofProperties(schema['properties']);
  const items = hidingOf(schema['items']);
  if (items !== undefined) return (value, sees) => Array.isArray(value) && value.forEach((one) => items(one, sees));
  const choices = Array.isArray(schema['anyOf']) ? schema['anyOf'].map(hidingOf) : [];
  const found = choices.filter((hide) => hide !== undefined);
  if (found.length > 0) return (value, sees) => found.forEach((hide) => hide(value, sees));
  return undefined;
}

/** The schemas of a route's good answers as JSON. */
function answersOf({ schema }: RouteOptions): unknown[] {
  const answers = isObject(schema?.response) ? Object.entries(schema.response) : [];
  return answers
    .filter(([status]) => status.startsWith('2'))
    .map(([, answer]) => {
      const content =
        isObject(answer) && isObject(answer['content']) ? answer['content']['application/json'] : undefined;
      return isObject(content) ? content['schema'] : answer;
    });
}

/** Every answer is a value of its own: what is taken out of it is in nobody else's. */
export function hideFields(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const hidings = answersOf(route)
      .map(hidingOf)
      .filter((hide) => hide !== undefined);
    if (hidings.length === 0) return;
    const hide = async (request: { readonly caller: Caller | null }, _reply: unknown, payload: unknown) => {
      const { caller } = request;
      const sees = (field: Field): boolean => caller !== null && seesField(caller, field);
      for (const take of hidings) take(payload, sees);
      return payload;
    };
    route.preSerialization = [route.preSerialization ?? [], hide].flat() as NonNullable<typeof route.preSerialization>;
  });
}
