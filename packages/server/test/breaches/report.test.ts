import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, it } from 'vitest';
import { startConsoleServer, type ConsoleServer } from '../support/console-server.ts';
import { wholeCase } from './whole-case.ts';
let server: ConsoleServer;
beforeAll(async () => {
  server = await startConsoleServer();
});
afterAll(() => server.close());
it('x', async () => {
  const ref = await wholeCase(server);
  for (const [path, name] of [
    ['report?format=pdf', 'r.pdf'],
    ['report?format=json', 'r.json'],
    ['report?format=html', 'r.html'],
    ['article-33?format=pdf&version=editing', 'a.pdf'],
    ['article-33?format=json', 'a.json'],
    ['article-33?format=json&version=editing', 'ae.json'],
  ] as const) {
    const a = await server.as('security-analyst', { url: `/api/v1/breaches/${ref}/${path}` });
    console.log(path, a.statusCode, a.headers['content-type'], a.rawPayload.length);
    writeFileSync(`/tmp/${name}`, a.rawPayload);
  }
});
