import Fastify from 'fastify';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { serialiserOf, serializerCompiler } from '../../src/app/serialisation.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Described {
  readonly paths: Record<string, Record<string, { responses?: Record<string, { content?: Record<string, unknown> }> }>>;
}

describe('the schema of an answer', () => {
  it('can be written for every route, although each is compiled at its first answer', async () => {
    server = await startTestServer();
    const { paths } = (await server.app.inject('/api/openapi.json')).json<Described>();
    const routes = Object.entries(paths).flatMap(([url, methods]) =>
      Object.entries(methods).flatMap(([method, { responses = {} }]) =>
        Object.entries(responses).flatMap(([httpStatus, { content = {} }]) =>
          Object.values(content).map((answer) => ({ method, url, httpStatus, answer })),
        ),
      ),
    );
    expect(routes.length).toBeGreaterThan(100);
    for (const { answer, ...route } of routes) {
      const { schema = {} } = answer as { schema?: object };
      expect(serialiserOf(schema, route)).toBeTypeOf('function');
    }
  });

  it('is compiled once for all that answer by it, and lets nothing out that it does not name', async () => {
    const schema = Type.Object({ kept: Type.String() });
    const route = { method: 'GET', url: '/', httpStatus: '200' };
    const answers = await Promise.all(
      ['one', 'two'].map(async (kept) => {
        const app = Fastify().setSerializerCompiler(serializerCompiler);
        app.get('/', { schema: { response: { 200: schema } } }, () => ({ kept, hidden: 'x' }));
        return (await app.inject('/')).body;
      }),
    );
    expect(answers).toEqual(['{"kept":"one"}', '{"kept":"two"}']);
    expect(serialiserOf(schema, route)).toBe(serialiserOf(schema, { ...route, url: '/other' }));
  });
});
