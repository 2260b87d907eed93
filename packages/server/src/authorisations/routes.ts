import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Clock, Random } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import {
  acceptRisks,
  approveAuthorisation,
  refuseAuthorisation,
  revokeAuthorisation,
  withdrawAuthorisation,
} from './decide.ts';
import { daysInYearOf } from './asked.ts';
import { AuthorisationAnswer, AuthorisationAsked } from './answer.ts';
import { PaperSaid, sayOfPaper } from './paper-outcome.ts';
import { present } from './present.ts';
import { authorisationOf } from './read.ts';
import { requestAuthorisation } from './request.ts';
import { Approval, Reference, Request, WithReason, WithVersion } from './schema.ts';

export interface AuthorisationRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly wake: () => void;
}

type App = Parameters<FastifyPluginAsyncTypebox<AuthorisationRoutesDeps>>[0];
const tags = ['authorisations'];
const response = { 200: AuthorisationAnswer };

/** What people do to authorisations; reading them is in read-routes.ts. */
export const authorisationRoutes: FastifyPluginAsyncTypebox<AuthorisationRoutesDeps> = async (app, deps) => {
  asking(app, deps);
  deciding(app, deps);
  ending(app, deps);
  accounting(app, deps);
};

const actDeps = ({ db, clock, random }: AuthorisationRoutesDeps) => ({ db, now: clock.now(), random });

async function answer({ db, clock }: AuthorisationRoutesDeps, request: Parameters<typeof callerOf>[0], ref: string) {
  return present(await authorisationOf(db, callerOf(request), ref), clock.now());
}

function asking(app: App, deps: AuthorisationRoutesDeps): void {
  const config = { access: 'authorisations:request' } as const;
  app.post(
    '/api/v1/authorisations',
    {
      config,
      schema: {
        tags,
        summary: 'Ask for an authorisation: anybody for themselves; line managers, ICT and officers for others',
        body: Request,
        response: { 200: AuthorisationAsked, 201: AuthorisationAsked },
      },
    },
    async (request, reply) => {
      const { ref, created } = await requestAuthorisation(callerOf(request), request.body, actDeps(deps));
      deps.wake();
      const row = await authorisationOf(deps.db, callerOf(request), ref);
      const now = deps.clock.now();
      const daysInYear = await daysInYearOf(deps.db, row, now);
      return reply.status(created ? 201 : 200).send({ ...present(row, now), daysInYear });
    },
  );
  const summary = 'Accept the risks: the person it is for, or whoever asked where it is for nobody by name';
  app.post(
    '/api/v1/authorisations/:ref/acceptance',
    { config, schema: { tags, summary, params: Reference, response } },
    async (request) => {
      await acceptRisks(callerOf(request), request.params.ref, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
}

function deciding(app: App, deps: AuthorisationRoutesDeps): void {
  const config = { access: 'authorisations:decide' } as const;
  app.post(
    '/api/v1/authorisations/:ref/approval',
    {
      config,
      schema: { tags, summary: 'Approve it', params: Reference, body: Type.Union([Approval, Type.Null()]), response },
    },
    async (request) => {
      await approveAuthorisation(callerOf(request), request.params.ref, request.body ?? {}, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
  app.post(
    '/api/v1/authorisations/:ref/refusal',
    { config, schema: { tags, summary: 'Refuse it, with a reason', params: Reference, body: WithReason, response } },
    async (request) => {
      await refuseAuthorisation(callerOf(request), request.params.ref, request.body, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
}

function ending(app: App, deps: AuthorisationRoutesDeps): void {
  const config = { access: 'authorisations:request' } as const;
  const summary = 'End it before its time, with a reason: whoever could have given it, or gives it back';
  app.post(
    '/api/v1/authorisations/:ref/revocation',
    { config, schema: { tags, summary, params: Reference, body: WithReason, response } },
    async (request) => {
      await revokeAuthorisation(callerOf(request), request.params.ref, request.body, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
  app.post(
    '/api/v1/authorisations/:ref/withdrawal',
    {
      config,
      schema: {
        tags,
        summary: 'Take back a request of your own',
        params: Reference,
        body: Type.Union([WithVersion, Type.Null()]),
        response,
      },
    },
    async (request) => {
      await withdrawAuthorisation(callerOf(request), request.params.ref, request.body ?? {}, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
}

function accounting(app: App, deps: AuthorisationRoutesDeps): void {
  const config = { access: 'authorisations:request' } as const;
  app.post(
    '/api/v1/authorisations/:ref/paper-outcome',
    {
      config,
      schema: {
        tags,
        summary: 'Say what became of the paper of one that has ended: returned, or destroyed and how',
        params: Reference,
        body: PaperSaid,
        response,
      },
    },
    async (request) => {
      await sayOfPaper(callerOf(request), request.params.ref, request.body, actDeps(deps));
      return answer(deps, request, request.params.ref);
    },
  );
}
