import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, coverageOfPolicy, iso, isoOrNull } from '@beadle/shared';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { inTransaction } from '../db/transaction.ts';
import { documentIn, UPLOAD_LIMIT, YAML_TYPES } from './policy-file.ts';
import { putInForce } from './put-in-force.ts';
import { policyOfVersion } from './store.ts';
import { holdersOf, listPolicies, type PolicySummary, withdrawPolicy } from './upload.ts';

const Policy = Type.Object({
  version: Type.String(),
  title: Type.String(),
  /** Whether it holds now, for anybody. */
  inForce: Type.Boolean(),
  effectiveAt: Type.String(),
  withdrawnAt: Type.Union([Type.String(), Type.Null()]),
  populations: Type.Union([Type.Array(Type.String()), Type.Null()]),
  uploadedAt: Type.String(),
  uploadedBy: Type.String(),
});
/** As lists show them, the newest first. */
async function presentAll(db: Db | Tx, organisation: string, at: number) {
  const all = await listPolicies(db, organisation);
  const holding = holdersOf(all, at);
  return all.map((row) => ({ serial: row.serial, shown: present(row, holding.has(row.serial)) }));
}

const present = (row: PolicySummary, inForce: boolean) => ({
  version: row.version,
  title: row.title,
  inForce,
  effectiveAt: iso(row.effectiveAt),
  withdrawnAt: isoOrNull(row.withdrawnAt),
  populations: row.populations === null ? null : [...row.populations],
  uploadedAt: iso(row.uploadedAt),
  uploadedBy: row.uploadedBy,
});
const Version = Type.Object({ version: Type.String({ minLength: 1, maxLength: 80 }) }, { additionalProperties: false });
const Uploaded = Type.Object({
  ...Policy.properties,
  warnings: Type.Array(Type.String(), { description: 'such as that rules begin to report that nobody has previewed' }),
});
const UploadQuery = Type.Object(
  {
    'without-preview': Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 500,
        description: 'why rules begin to report without a preview; stands in the audit log',
      }),
    ),
  },
  { additionalProperties: false },
);
const tags = ['policies'];
interface Deps {
  readonly db: Db;
  readonly clock: Clock;
}

export const policyRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const parser = { parseAs: 'string' as const, bodyLimit: UPLOAD_LIMIT };
  app.addContentTypeParser(YAML_TYPES, parser, (_request, body, done) => done(null, body));
  reads(app, deps);
  uploads(app, deps);
  withdrawals(app, deps);
};

type App = Parameters<FastifyPluginAsyncTypebox>[0];

function uploads(app: App, deps: Deps): void {
  app.post(
    '/api/v1/policies',
    {
      config: { access: 'policies:write' },
      schema: {
        tags,
        summary: 'Upload a policy (application/yaml): it is signed for each device and holds from its effectiveFrom on',
        consumes: ['application/yaml'],
        querystring: UploadQuery,
        response: { 200: Uploaded, 201: Uploaded },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const at = deps.clock.now();
      const upload = { ...documentIn(request.body), organisation, by: actorOf(caller), at };
      const withoutPreview = request.query['without-preview'];
      const { changed, serial, warnings } = await putInForce(deps.db, { ...upload, withoutPreview });
      const row = (await presentAll(deps.db, organisation, at)).find((one) => one.serial === serial);
      if (row === undefined) throw new Error('a policy that was just kept is not there');
      return reply.status(changed ? 201 : 200).send({ ...row.shown, warnings: [...warnings] });
    },
  );
}

function withdrawals(app: App, deps: Deps): void {
  app.post(
    '/api/v1/policies/:version/withdrawal',
    {
      config: { access: 'policies:write' },
      schema: { tags, summary: 'End a policy now: what it stood in front of holds again', params: Version },
    },
    async (request) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const { version } = request.params;
      const at = deps.clock.now();
      await inTransaction(deps.db, async (tx) => {
        await withdrawPolicy(tx, organisation, version, at);
        const act = { organisation, at, actor: actorOf(caller), action: 'policy-withdrawn' };
        await recordAct(tx, { ...act, target: `policy:${version}` });
      });
      return { items: (await presentAll(deps.db, organisation, at)).map(({ shown }) => shown), nextCursor: null };
    },
  );
}

function reads(app: App, { db, clock }: Deps): void {
  const one = async (organisation: string, version: string) => {
    const policy = await policyOfVersion(db, organisation, version);
    if (policy === undefined) throw problem('policy-unknown', `There is no policy of version ${version}.`);
    return policy.document;
  };
  app.get(
    '/api/v1/policies',
    { config: { access: 'policies:read' }, schema: { tags, summary: 'List the policies, the newest first' } },
    async (request) => ({
      items: (await presentAll(db, callerOf(request).organisation, clock.now())).map(({ shown }) => shown),
      nextCursor: null,
    }),
  );
  app.get(
    '/api/v1/policies/:version',
    { config: { access: 'policies:read' }, schema: { tags, summary: 'Read one policy', params: Version } },
    async (request) => one(callerOf(request).organisation, request.params.version),
  );
  app.get(
    '/api/v1/policies/:version/coverage',
    { config: { access: 'policies:read' }, schema: { tags, summary: 'How each clause is kept', params: Version } },
    async (request) => ({ items: coverageOfPolicy(await one(callerOf(request).organisation, request.params.version)) }),
  );
}
