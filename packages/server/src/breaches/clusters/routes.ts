import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import type { Db } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { problem } from '../../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../../pagination.ts';
import { actIn } from '../life/act.ts';
import { ACTS, type AnyAct, type LifeRoutesDeps } from '../life/routes.ts';
import { ClusterAnswer, clusterOf, openClusters, openRefsOf, presentCluster } from './read.ts';

const Ref = Type.Object(
  { ref: Type.String({ pattern: '^CL-\\d{4}-\\d{6,}$', description: 'a reference such as CL-2026-000001' }) },
  { additionalProperties: false },
);
const tags = ['breaches'];

/** Decisions about people are made one by one; what is decided of a cluster is what it is, who has it and its end. */
const FOR_ALL: ReadonlySet<string> = new Set(['acknowledgement', 'triage', 'containment', 'closure', 'owner']);

export const clusterRoutes: FastifyPluginAsyncTypebox<LifeRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  for (const one of ACTS) if (FOR_ALL.has(one.path)) acting(app, deps, one);
};

type App = Parameters<typeof clusterRoutes>[0];

function reading(app: App, { db }: { readonly db: Db }): void {
  const config = { access: 'breaches:read' } as const;
  app.get(
    '/api/v1/clusters',
    {
      config,
      schema: {
        tags,
        summary: 'List what is one item of several breaches, newest first',
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: pageOf(ClusterAnswer) },
      },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await openClusters(db, callerOf(request), { limit, after });
      return toPage(rows, limit, ({ id }) => [id], presentCluster);
    },
  );
  app.get(
    '/api/v1/clusters/:ref',
    { config, schema: { tags, summary: 'Read one item', params: Ref, response: { 200: ClusterAnswer } } },
    async (request) => presentCluster(await clusterOf(db, callerOf(request), request.params.ref)),
  );
}

function acting(app: App, { db, clock }: LifeRoutesDeps, { path, summary, body, access, act }: AnyAct): void {
  const response = { 200: Type.Object({ ref: Type.String(), breaches: Type.Integer() }) };
  app.post(
    `/api/v1/clusters/:ref/${path}`,
    {
      config: { access: access ?? 'breaches:write' },
      schema: {
        tags,
        summary: `${summary}, of every open breach of the item`,
        params: Ref,
        ...(path === 'acknowledgement' ? {} : { body }),
        response,
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const now = clock.now();
      const { ref, id } = await clusterOf(db, caller, request.params.ref);
      const refs = await openRefsOf(db, caller, id);
      if (refs.length === 0) throw problem('conflict', `Nothing of ${ref} is open.`);
      const done = act(request.body, { caller, now });
      await inTransaction(db, (tx) => actIn(tx, caller, refs, done, now, `cluster:${ref}`));
      return { ref, breaches: refs.length };
    },
  );
}
