import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { onceForEach } from '../once-for-each.ts';

const compile = SerializerSelector()();
/** The library goes by the schema alone. */
const NO_ROUTE = { method: '', url: '', httpStatus: '' };

/** What writes values of a schema as JSON; made once for each schema, whichever routes and applications answer with it. */
export const serialiserOf = onceForEach((schema: TSchema) => compile({ ...NO_ROUTE, schema }));

/** Of the thousand schemas of answers a server uses some dozens in a day: each is compiled at its first answer. */
export const serializerCompiler: FastifySerializerCompiler<TSchema> =
  ({ schema }) =>
  (value: unknown) =>
    serialiserOf(schema)(value);
