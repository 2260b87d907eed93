import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { overloaded } from '../errors.ts';
import type { Admission, Admitted, Visitor } from './admission.ts';

interface Lane {
  readonly admission: Admission;
  /** What a body that does not tell its length may bring. */
  readonly mostBytes: number;
  /** Names who calls, before anything of theirs is kept; throws where they are nobody. Nobody is asked otherwise. */
  readonly nameOf?: (request: FastifyRequest) => Promise<string>;
}

/** What the request says that it brings; HTTP holds it to that. */
function bytesOf({ headers }: FastifyRequest, mostBytes: number): number {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return Number.isInteger(length) && length >= 0 ? Math.min(length, mostBytes) : mostBytes;
}

/** Nobody is there any more to hear an answer, and none is made. */
function goOnWith(outcome: Admitted | undefined, reply: FastifyReply): void {
  if (outcome?.kind === 'shed') throw overloaded(outcome.retryAfterSeconds);
  if (outcome?.kind === 'gone') reply.hijack();
}

/** Takes a request out of the count before its answer ends: of one that goes on for as long as its client is there. */
export type Release = (request: FastifyRequest) => void;

/**
 * Lets the requests of this scope in as `admission` decides: asked before their bodies are read, given a turn once they
 * have been, out of the turn when their answer is made and out of the count when it is sent, or their client has left.
 */
export function admitBy(app: FastifyInstance, { admission, mostBytes, nameOf }: Lane): Release {
  const visitors = new WeakMap<FastifyRequest, Visitor>();
  /** Those whose bodies have not been read, by name: who comes again has given up the request before. */
  const arriving = new Map<string, Visitor>();

  app.addHook('onRequest', async (request, reply) => {
    goOnWith(admission.refuse(), reply);
    const name = (await nameOf?.(request)) ?? request.id;
    if (reply.raw.destroyed) return goOnWith({ kind: 'gone' }, reply);
    const visitor = { name, bytes: bytesOf(request, mostBytes), cut: () => void request.raw.destroy() };
    arriving.get(name)?.cut();
    arriving.set(name, visitor);
    visitors.set(request, visitor);
    reply.raw.once('close', () => {
      if (arriving.get(name) === visitor) arriving.delete(name);
      admission.leave(visitor);
    });
    goOnWith(await admission.ask(visitor), reply);
  });

  app.addHook('preHandler', async (request, reply) => {
    const visitor = visitors.get(request);
    if (visitor === undefined) return;
    if (arriving.get(visitor.name) === visitor) arriving.delete(visitor.name);
    admission.hasBeenRead(visitor);
    if (!(await admission.turn(visitor))) goOnWith({ kind: 'gone' }, reply);
  });

  app.addHook('onSend', async (request) => {
    const visitor = visitors.get(request);
    if (visitor !== undefined) admission.hasWorked(visitor);
  });

  return (request) => {
    const visitor = visitors.get(request);
    if (visitor !== undefined) admission.leave(visitor);
  };
}
