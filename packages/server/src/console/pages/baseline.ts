import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { actorOf, callerOf } from '../../access.ts';
import { baseInForce, decideItems, readBaseline, type Wish } from '../../baseline/baseline.ts';
import { problem } from '../../errors.ts';
import { generalPolicy } from '../../policies/store.ts';
import { may } from '../../people/permissions.ts';
import { type PageDeps, showPage } from '../console.ts';

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const Form = Type.Object(
  {
    item: Type.String({ minLength: 1, maxLength: 80 }),
    decision: Type.Enum(['accepted', 'refused']),
    reason: Type.Optional(Type.String({ maxLength: 20_000 })),
  },
  { additionalProperties: false },
);
const REASON = { least: 3, most: 500 } as const;

function reasonProblem(reason: string): string | undefined {
  if (reason.length < REASON.least) return 'Enter why you accept or refuse this';
  return reason.length > REASON.most ? `The reason must be ${REASON.most} characters or fewer` : undefined;
}

interface Asked {
  readonly item: string;
  readonly error: string;
  readonly reason: string;
}

async function show(deps: PageDeps, { request, reply }: Exchange, asked?: Asked): Promise<FastifyReply> {
  const { organisation, role } = callerOf(request);
  const at = deps.clock.now();
  const policy = await generalPolicy(deps.db, organisation, at);
  const baseline =
    policy === undefined
      ? undefined
      : await readBaseline(deps.db, organisation, await baseInForce(deps.db, organisation, at), at);
  const open = baseline?.items.filter(({ decision }) => decision === null) ?? [];
  const decided = baseline?.items.filter(({ decision }) => decision !== null) ?? [];
  const model = { baseline, open, decided, asked, mayWrite: may(role, 'policies:write') };
  return showPage(deps, { request, reply }, 'baseline', model, {
    section: 'policies',
    status: asked === undefined ? 200 : 400,
  });
}

/** `/policies/baseline`: what devices show that the policy may come to allow; each item is accepted or refused with a reason. */
export const baselinePage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get('/policies/baseline', { schema: { hide: true }, config: { access: 'devices:read' } }, (request, reply) =>
    show(deps, { request, reply }),
  );
  app.get(
    '/policies/baseline/file',
    { schema: { hide: true }, config: { access: 'policies:write' } },
    async (request, reply) => {
      const { organisation } = callerOf(request);
      const at = deps.clock.now();
      const base = await baseInForce(deps.db, organisation, at);
      const { proposal } = await readBaseline(deps.db, organisation, base, at);
      if (proposal === null) throw problem('not-found', 'Nothing has been accepted that changes the policy.');
      const name = `policy-${proposal.version.replaceAll(/[^\w.-]/g, '-')}.yaml`;
      return reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(proposal.source);
    },
  );
  app.post(
    '/policies/baseline',
    { schema: { hide: true, body: Form }, config: { access: 'policies:write' } },
    async (request, reply) => {
      const { item, decision } = request.body;
      const reason = (request.body.reason ?? '').trim();
      const error = reasonProblem(reason);
      if (error !== undefined) return show(deps, { request, reply }, { item, error, reason });
      const caller = callerOf(request);
      const { organisation } = caller;
      const at = deps.clock.now();
      const { items } = await readBaseline(deps.db, organisation, await baseInForce(deps.db, organisation, at), at);
      const wish: Wish = { item, decision, reason };
      await decideItems(deps.db, items, [wish], { organisation, by: actorOf(caller), at });
      return reply.redirect('/policies/baseline', 303);
    },
  );
};
