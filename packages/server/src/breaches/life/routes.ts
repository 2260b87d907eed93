import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Clock, Random } from '@beadle/shared';
import type { FastifyRequest } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { type Caller, callerOf, type Permission } from '../../access.ts';
import type { Db } from '../../db/database.ts';
import { breachOf } from '../read-routes.ts';
import { populationOf } from '../case.ts';
import { actOn, type LifeAct, type LifeDeps } from './act.ts';
import { addAction, ActionEnd, endAction, NewAction } from './actions.ts';
import { acknowledging, assessing, assigning, Closure, closing, Containment, containing } from './acts.ts';
import { Owner, Reopening, reopening, Triaging, triaging } from './acts.ts';
import { Assessment } from './assessment.ts';
import { Awareness, Decision, deciding, movingAwareness, Referral, referring } from './decisions.ts';

export interface LifeRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

type App = Parameters<FastifyPluginAsyncTypebox<LifeRoutesDeps>>[0];

const tags = ['breaches'];
export const Ref = Type.Object(
  { ref: Type.String({ pattern: '^BR-\\d{4}-\\d{6,}$', description: 'a reference such as BR-2026-000001' }) },
  { additionalProperties: false },
);
const ActionRef = Type.Object(
  { ...Ref.properties, action: Type.String({ pattern: '^[0-9a-f-]{36}$', description: "an action's id" }) },
  { additionalProperties: false },
);
const Done = Type.Object({ ref: Type.String(), status: Type.String() });

interface Act<Body extends TSchema> {
  /** The last part of the address, a noun. */
  readonly path: string;
  readonly summary: string;
  readonly body: Body;
  readonly access?: Permission;
  readonly act: (body: Static<Body>, about: { readonly caller: Caller; readonly now: number }) => LifeAct;
}

export type AnyAct = Act<TSchema>;
const an = <Body extends TSchema>(one: Act<Body>): AnyAct => one;

/** Each act of a person that needs no more than the breach and what they say. */
export const ACTS: readonly AnyAct[] = [
  an({ path: 'acknowledgement', summary: 'Say that you have seen it', body: Type.Null(), act: () => acknowledging }),
  an({
    path: 'triage',
    summary: 'Decide whether it is a breach, a near miss or neither',
    body: Triaging,
    act: (body, { now }) => triaging(body, now),
  }),
  an({
    path: 'containment',
    summary: 'Say what was done to contain it',
    body: Containment,
    access: 'breaches:contain',
    act: (body, { now }) => containing(body, now),
  }),
  an({
    path: 'assessment',
    summary: "Assess it: eight factors, the regulator's three questions, its severity",
    body: Assessment,
    act: (body, { now }) => assessing(body, now),
  }),
  an({
    path: 'decisions',
    summary: 'Decide whether to tell the regulator, or those whose data it is',
    body: Decision,
    access: 'breaches:decide',
    act: (body, { now }) => deciding(body, now),
  }),
  an({
    path: 'awareness',
    summary: 'Move the moment at which the council became aware (Data Protection Officer)',
    body: Awareness,
    access: 'breaches:decide',
    act: (body, { caller, now }) => movingAwareness(body, caller, now),
  }),
  an({ path: 'closure', summary: 'End it, with a reason', body: Closure, act: (body) => closing(body) }),
  an({ path: 'reopening', summary: 'Open it again, with a reason', body: Reopening, act: (body) => reopening(body) }),
  an({ path: 'owner', summary: 'Say whose case it is', body: Owner, act: (body) => assigning(body) }),
];

export const lifeRoutes: FastifyPluginAsyncTypebox<LifeRoutesDeps> = async (app, deps) => {
  for (const one of ACTS) simple(app, deps, one);
  referrals(app, deps);
  actions(app, deps);
};

const lifeDeps = ({ db, clock, random }: LifeRoutesDeps): LifeDeps => ({ db, now: clock.now(), random });

async function answer({ db }: LifeRoutesDeps, request: FastifyRequest, ref: string) {
  const { status } = await breachOf(db, callerOf(request), ref);
  return { ref, status };
}

function simple(app: App, deps: LifeRoutesDeps, { path, summary, body, access, act: make }: AnyAct): void {
  const config = { access: access ?? 'breaches:write' } as const;
  const schema = {
    tags,
    summary,
    params: Ref,
    ...(path === 'acknowledgement' ? {} : { body }),
    response: { 200: Done },
  };
  app.post(`/api/v1/breaches/:ref/${path}`, { config, schema }, async (request) => {
    const { ref } = request.params;
    const { now, db } = lifeDeps(deps);
    const caller = callerOf(request);
    await actOn(caller, [ref], make(request.body, { caller, now }), { db, now });
    return answer(deps, request, ref);
  });
}

function referrals(app: App, deps: LifeRoutesDeps): void {
  const response = {
    200: Type.Object({ ref: Type.String(), to: Type.String(), warning: Type.Optional(Type.String()) }),
  };
  app.post(
    '/api/v1/breaches/:ref/referrals',
    {
      config: { access: 'breaches:write' },
      schema: {
        tags,
        summary: 'Refer it: to whoever it concerns, with reasons',
        params: Ref,
        body: Referral,
        response,
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const breach = await breachOf(deps.db, caller, request.params.ref);
      const act = referring(request.body, breach, await populationOf(deps.db, breach));
      await actOn(caller, [breach.ref], act, lifeDeps(deps));
      const { to, beforeNotified } = act.detail as { to: string; beforeNotified?: boolean };
      const warning = 'Whoever is told first has not been told yet. It is recorded that this went out before.';
      return { ref: breach.ref, to, ...(beforeNotified === true ? { warning } : {}) };
    },
  );
}

function actions(app: App, deps: LifeRoutesDeps): void {
  const config = { access: 'breaches:write' } as const;
  app.post(
    '/api/v1/breaches/:ref/actions',
    {
      config,
      schema: {
        tags,
        summary: 'Say what somebody is to do about it, by when',
        params: Ref,
        body: NewAction,
        response: { 201: Type.Object({ id: Type.String() }) },
      },
    },
    async (request, reply) => {
      const id = await addAction(callerOf(request), request.params.ref, request.body, lifeDeps(deps));
      return reply.status(201).send({ id });
    },
  );
  app.post(
    '/api/v1/breaches/:ref/actions/:action/end',
    {
      config,
      schema: {
        tags,
        summary: 'Say that it is done, or will not be',
        params: ActionRef,
        body: ActionEnd,
        response: { 200: Done },
      },
    },
    async (request) => {
      const { ref, action } = request.params;
      await endAction(callerOf(request), ref, action, request.body, lifeDeps(deps));
      return answer(deps, request, ref);
    },
  );
}
