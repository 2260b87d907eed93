import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../../pagination.ts';
import { WithReason } from '../schema.ts';
import { beginPause, endPause, type PausingDeps } from './act.ts';
import { presentPause } from './present.ts';
import { NewPause, PauseAnswer, PauseId } from './schema.ts';
import { listPauses, readPause } from './store.ts';

const tags = ['orders'];
const url = '/api/v1/pauses';

async function tell(caller: Caller, id: string, { db, clock }: PausingDeps): Promise<PauseAnswer> {
  const row = await readPause(db, caller.organisation, id);
  if (row === undefined) throw problem('pause-unknown', 'There is no such pause.');
  return presentPause(row, clock.now());
}

type App = Parameters<FastifyPluginAsyncTypebox<PausingDeps>>[0];

function listing(app: App, { db, clock }: PausingDeps): void {
  const schema = {
    tags,
    summary: 'List what ICT has paused, newest first',
    querystring: Type.Object(PageQuery, { additionalProperties: false }),
    response: { 200: pageOf(PauseAnswer) },
  };
  app.get(url, { config: { access: 'orders:read' }, schema }, async (request) => {
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['number', 'string']);
    const rows = await listPauses(db, callerOf(request).organisation, { limit, after });
    const now = clock.now();
    return toPage(
      rows,
      limit,
      ({ since, id }) => [since, id],
      (row) => presentPause(row, now),
    );
  });
}

function acting(app: App, deps: PausingDeps): void {
  const config = { access: 'pauses:write' } as const;
  const begin = {
    tags,
    summary: 'Pause collection, notices and orders on a device, a group of them or all',
    description: 'What restricts a device already stays in force. It ends by itself, within 30 days.',
    body: NewPause,
    response: { 201: PauseAnswer },
  };
  app.post(url, { config, schema: begin }, async (request, reply) => {
    const caller = callerOf(request);
    const id = await beginPause(caller, request.body, deps);
    return reply.status(201).send(await tell(caller, id, deps));
  });
  const end = {
    tags,
    summary: 'End a pause before its time',
    params: Type.Object({ id: PauseId }),
    body: WithReason,
    response: { 200: PauseAnswer },
  };
  app.post(`${url}/:id/end`, { config, schema: end }, async (request) => {
    const caller = callerOf(request);
    await endPause(caller, request.params.id, request.body.reason, deps);
    return tell(caller, request.params.id, deps);
  });
}

/** The one switch by which ICT pauses collection, notices and orders. */
export const pauseRoutes: FastifyPluginAsyncTypebox<PausingDeps> = async (app, deps) => {
  listing(app, deps);
  acting(app, deps);
};
