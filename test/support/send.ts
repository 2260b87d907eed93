/**
 * One request through the agent's transport, in a process of its own, whose environment names certificates and proxies:
 * `send.ts ORIGIN` writes `{ status, body }` or `{ error }` as one line.
 */
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';

const [origin = ''] = process.argv.slice(2);
const transport = createTransport(origin, { timeLimitMs: 10_000 });
const request = { method: 'POST', path: '/echo', headers: {}, body: Buffer.from('hello') } as const;

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}

const answer = await transport.send(request, new AbortController().signal).then(
  ({ status, body }) => ({ status, body: Buffer.from(body).toString() }),
  (error: unknown) => ({ error: codeOf(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);
await transport.close();
