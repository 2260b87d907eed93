import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';

type Serialise = (value: unknown) => string;

const compile = SerializerSelector()();
const compiled = new WeakMap<object, Serialise>();

/** What writes values of a schema as JSON; made once for each schema, whichever routes and applications answer with it. */
export function serialiserOf(schema: TSchema, route: { method: string; url: string; httpStatus: string }): Serialise {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = compile({ ...route, schema });
  compiled.set(schema, made);
  return made;
}

/** Of the thousand schemas of answers a server uses some dozens in a day: each is compiled at its first answer. */
export const serializerCompiler: FastifySerializerCompiler<TSchema> = ({ schema, method, url, httpStatus = '' }) => {
  let serialise: Serialise | undefined;
  return (value: unknown) => {
    serialise ??= serialiserOf(schema, { method, url, httpStatus });
    return serialise(value);
  };
};
