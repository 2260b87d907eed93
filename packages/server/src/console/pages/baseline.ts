import { type Population, POPULATIONS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { baseInForce, readBaseline } from '../../baseline/baseline.ts';
import { type DecideDeps, decideItems } from '../../baseline/decide.ts';
import { problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { generalPolicy } from '../../policies/store.ts';
import { holdersOf, listPolicies } from '../../policies/upload.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { capital } from '../words.ts';

type Deps = PageDeps & DecideDeps;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const PATH = '/policies/baseline';
const Query = Type.Object({ population: Type.Optional(Type.Enum([...POPULATIONS])) }, { additionalProperties: false });
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

/** A policy in force of its own for some populations; one for everybody has no parameter. */
async function policiesIn({ db }: Deps, organisation: string, at: number, chosen: Population | undefined) {
  const versions = await listPolicies(db, organisation);
  const held = holdersOf(versions, at);
  return versions.flatMap(({ serial, populations }) => {
    const of = held.get(serial);
    if (of === undefined) return [];
    const [population] = of.filter((one) => one !== null);
    const words = populations === null ? 'Everybody' : capital(populations.join(', '));
    const isChosen = chosen === undefined ? of.includes(null) : of.includes(chosen);
    const href = linkTo(PATH, populations === null ? {} : { population });
    return [{ text: words, href, current: isChosen }];
  });
}

async function show(deps: Deps, exchange: Exchange, population?: Population, asked?: Asked): Promise<FastifyReply> {
  const { organisation, role } = callerOf(exchange.request);
  const at = deps.clock.now();
  const policy = await generalPolicy(deps.db, organisation, at);
  const baseline =
    policy === undefined
      ? undefined
      : await readBaseline(deps.db, organisation, await baseInForce(deps.db, organisation, at, population), at);
  const open = baseline?.items.filter(({ decision }) => decision === null) ?? [];
  const decided = baseline?.items.filter(({ decision }) => decision !== null) ?? [];
  const model = {
    baseline,
    open,
    decided,
    asked,
    policies: await policiesIn(deps, organisation, at, population),
    query: linkTo('', { population }),
    mayWrite: may(role, 'policies:write'),
    mayHold: may(role, 'holders:write'),
  };
  const status = asked === undefined ? 200 : 400;
  return showPage(deps, exchange, 'baseline', model, { section: 'policies', status });
}

type App = Parameters<FastifyPluginAsyncTypebox<Deps>>[0];

function fileOf(app: App, deps: Deps): void {
  const schema = { hide: true, querystring: Query } as const;
  app.get(`${PATH}/file`, { schema, config: { access: 'policies:write' } }, async (request, reply) => {
    const { organisation } = callerOf(request);
    const at = deps.clock.now();
    const base = await baseInForce(deps.db, organisation, at, request.query.population);
    const { proposal } = await readBaseline(deps.db, organisation, base, at);
    if (proposal === null) throw problem('not-found', 'Nothing has been accepted that changes the policy.');
    const name = `policy-${proposal.version.replaceAll(/[^\w.-]/g, '-')}.yaml`;
    return reply
      .type('application/yaml; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .send(proposal.source);
  });
}

/** `/policies/baseline`: what devices show that the policy may come to allow; each item is accepted or refused with a reason. */
export const baselinePage: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const schema = { hide: true, querystring: Query } as const;
  app.get(PATH, { schema, config: { access: 'devices:read' } }, (request, reply) =>
    show(deps, { request, reply }, request.query.population),
  );
  fileOf(app, deps);
  app.post(
    PATH,
    { schema: { ...schema, body: Form }, config: { access: 'policies:write' } },
    async (request, reply) => {
      const { item, decision } = request.body;
      const { population } = request.query;
      const reason = (request.body.reason ?? '').trim();
      const error = reasonProblem(reason);
      if (error !== undefined) return show(deps, { request, reply }, population, { item, error, reason });
      const caller = callerOf(request);
      const at = deps.clock.now();
      const base = await baseInForce(deps.db, caller.organisation, at, population);
      const baseline = await readBaseline(deps.db, caller.organisation, base, at);
      await decideItems(deps, caller, baseline, [{ item, decision, reason }]);
      return reply.redirect(linkTo(PATH, { population }), 303);
    },
  );
};
