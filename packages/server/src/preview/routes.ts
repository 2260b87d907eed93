import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { VERDICTS } from '@beadle/shared';
import { actorOf, callerOf } from '../access.ts';
import { standingOfRules } from '../breaches/standing.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, readCursor, toPage } from '../pagination.ts';
import { PREVIEW_HOLDS_MS } from '../policies/previewed.ts';
import { documentIn, UPLOAD_LIMIT, YAML_TYPES } from '../policies/policy-file.ts';
import { presentChange, presentPreview } from './present.ts';
import { type PreviewDeps, startPreview } from './start.ts';
import { listChanges, type Preview, readPreview } from './store.ts';

const tags = ['policies'];
const closed = { additionalProperties: false } as const;
const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);
const Asked = Type.Object(
  {
    factsAtMostDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'a device that was last heard from longer ago is not known (14)',
      }),
    ),
  },
  closed,
);
const verdict = Type.Optional(Type.Enum([...VERDICTS]));
const Filters = Type.Object(
  { ...PageQuery, rule: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })), from: verdict, to: verdict },
  closed,
);

/** The preview of this id; a `preview-unknown` problem where there is none any more. */
export async function previewNamed(
  { db, clock }: Pick<PreviewDeps, 'db' | 'clock'>,
  organisation: string,
  id: string,
): Promise<Preview> {
  const preview = await readPreview(db, organisation, id);
  if (preview === undefined || preview.created_at <= clock.now() - PREVIEW_HOLDS_MS)
    throw problem('preview-unknown', 'It is kept for a day: preview the policy again.');
  return preview;
}

const addressOf = (id: string) => `/api/v1/policies/previews/${encodeURIComponent(id)}`;

/** `POST /api/v1/policies/preview`, and what came of it: writes nothing but that somebody looked. */
export const previewRoutes: FastifyPluginAsyncTypebox<PreviewDeps & { readonly wake: () => void }> = async (
  app,
  deps,
) => {
  const parser = { parseAs: 'string' as const, bodyLimit: UPLOAD_LIMIT };
  app.addContentTypeParser(YAML_TYPES, parser, (_request, body, done) => done(null, body));
  app.post(
    '/api/v1/policies/preview',
    {
      config: { access: 'policies:write' },
      schema: {
        tags,
        summary:
          'What a policy (application/yaml) would change: 200, or 202 and an address to ask at for a large fleet',
        consumes: ['application/yaml'],
        querystring: Asked,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { factsAtMostDays } = request.query;
      const { organisation } = caller;
      const wanted = { ...documentIn(request.body), organisation, by: actorOf(caller), factsAtMostDays };
      const preview = await startPreview(deps, wanted);
      const status = preview.status === 'done' ? 200 : 202;
      return reply.status(status).header('location', addressOf(preview.id)).send(presentPreview(preview));
    },
  );
  reads(app, deps);
};

function reads(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: Pick<PreviewDeps, 'db' | 'clock'>): void {
  app.get(
    '/api/v1/policies/standing',
    {
      config: { access: 'devices:read' },
      schema: { tags, summary: 'Devices that fail each rule, and those of them in grace: what no breach tells of yet' },
    },
    async (request) => ({
      items: await standingOfRules(deps.db, callerOf(request).organisation, deps.clock.now()),
      nextCursor: null,
    }),
  );
  app.get(
    '/api/v1/policies/previews/:id',
    { config: { access: 'devices:read' }, schema: { tags, summary: 'A preview, done or under way', params: Id } },
    async (request) => presentPreview(await previewNamed(deps, callerOf(request).organisation, request.params.id)),
  );
  app.get(
    '/api/v1/policies/previews/:id/devices',
    {
      config: { access: 'devices:read' },
      schema: { tags, summary: 'The devices that would change, by rule', params: Id, querystring: Filters },
    },
    async (request) => {
      const { organisation, id } = await previewNamed(deps, callerOf(request).organisation, request.params.id);
      const { cursor, limit: _, ...filter } = request.query;
      const limit = limitOf(request.query);
      const after = readCursor(cursor, ['string', 'string']);
      const rows = await listChanges(deps.db, { organisation, id }, filter, { limit, after });
      return toPage(rows, limit, (row) => [row.rule, row.asset_tag], presentChange);
    },
  );
}
