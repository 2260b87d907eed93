import { createHmac } from 'node:crypto';
import type { Clock } from '@beadle/shared';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { type Caller, callerOf, type Permission } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { sessionIdOf } from '../people/cookie.ts';
import { callerMay, may } from '../people/permissions.ts';
import { sessionOf } from '../people/sessions.ts';
import { actingIn, keepActing, notTheirs } from '../people/spanning/acting.ts';
import { callerOfToken } from '../people/tokens.ts';
import { sameText } from '../same-text.ts';
import type { Settings } from '../settings.ts';

declare module 'fastify' {
  interface FastifyReply {
    /**
     * The value of the hidden field `_csrf` of every form, or of the header `x-csrf-token` of a script. It belongs to the
     * session and is empty where there is none. The field is checked and taken out before the route's schema sees it.
     */
    generateCsrf(): string;
  }
}

interface AccessDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'origin' | 'authorities'>;
  /** Under which CSRF tokens are made. */
  readonly secret: Uint8Array;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,200})$/i;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const accessOf = (request: FastifyRequest) => request.routeOptions.config.access ?? 'public';

/** Declares nobody, then finds out who calls and refuses what they may not, before a byte of the body is read. */
export function guardAccess(app: FastifyInstance, deps: AccessDeps): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('sessionHash', null);
  app.decorateRequest('spanner', null);
  requireDeclarations(app);
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request);
    if (access === 'device') return;
    const named = access === 'public' ? undefined : takeOrganisation(request);
    await resolveCaller(request, deps, named);
    if (access === 'public') return;
    const caller = callerOf(request);
    // A page is left at an address without it: loading it again later must not change where somebody acts by then.
    if (named !== undefined && request.method === 'GET' && isPage(request))
      return reply.redirect(addressWithout(request.url), 303);
    requirePermission(request, caller, access);
    return undefined;
  });
  refuseForgeries(app, deps);
}

const isPage = ({ routeOptions: { url = '' } }: FastifyRequest): boolean => !/^\/(api|metrics)(\/|$)/.test(url);

/** The organisation that a request names, which no schema of a route knows of. */
function takeOrganisation({ query }: FastifyRequest): string | undefined {
  const given = query as Record<string, unknown>;
  const { organisation: named } = given;
  if (named === undefined) return undefined;
  delete given['organisation'];
  if (typeof named === 'string' && named !== '') return named;
  const field = { field: 'query.organisation', expected: 'one organisation' };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

function addressWithout(url: string): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const kept = new URLSearchParams(query);
  kept.delete('organisation');
  return kept.size === 0 ? path : `${path}?${kept.toString()}`;
}

/** A page of the console shows whatever the role may see, so that a token for less is for programs' addresses alone. */
function requirePermission(request: FastifyRequest, caller: Caller, access: Permission): void {
  const { role, only } = caller;
  if (!may(role, access))
    throw problem('not-permitted', `The role ${role} may not do this; it takes the permission ${access}.`);
  if (!callerMay(caller, access))
    throw problem('not-permitted', `This token was made for less; this takes the permission ${access}.`);
  if (only !== undefined && isPage(request))
    throw problem('not-permitted', 'This token is for programs: it opens no page of the console.');
}

/** A route that forgot to say who may call it would be open to everybody. */
function requireDeclarations(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', async () => {
    const silent = routes.find((route) => route.config?.access === undefined);
    if (silent !== undefined)
      throw new Error(`the route ${String(silent.method)} ${silent.url} declares no config.access`);
  });
}

/** Whoever calls, in the organisation that they name: a token binds to one, a session's person may have a role in others. */
async function resolveCaller(request: FastifyRequest, deps: AccessDeps, named: string | undefined): Promise<void> {
  const { db, clock, settings } = deps;
  const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) {
    request.caller = await callerOfToken(db, token, clock.now());
    if (named !== undefined && request.caller !== null && request.caller.organisation !== named) throw notTheirs();
    return;
  }
  const sessionId = sessionIdOf(request, settings);
  const session = sessionId === undefined ? null : await sessionOf(db, sessionId, clock.now());
  if (session === null) return;
  request.sessionHash = session.hash;
  request.spanner = session.spanner;
  request.caller = session.caller;
  request.caller = await actingIn(db, session, named);
  if (named !== undefined && request.method === 'GET' && isPage(request))
    await keepActing(db, session, request.caller, clock.now());
}

/**
 * Another site may make a browser send the cookie along, so that what changes anything must say where it comes from:
 * `Sec-Fetch-Site` or `Origin`, which a page cannot write; and a session's own form proves itself by its token besides.
 */
function refuseForgeries(app: FastifyInstance, deps: AccessDeps): void {
  const { origin, authorities } = deps.settings;
  const origins = new Set([origin, ...authorities.map((authority) => `${new URL(origin).protocol}//${authority}`)]);
  // Bound to where the form's reader acted: one that is sent after they have chosen another council is too old.
  const tokenOf = (sessionHash: string, caller: Caller | null): string =>
    createHmac('sha256', deps.secret)
      .update(`beadle-csrf-1\n${sessionHash}\n${caller?.home === undefined ? '' : caller.organisation}`)
      .digest('base64url');

  app.decorateReply('generateCsrf', function generateCsrf() {
    const { sessionHash, caller } = this.request;
    return sessionHash === null ? '' : tokenOf(sessionHash, caller);
  });
  app.addHook('onRequest', async (request) => {
    if (SAFE.has(request.method) || accessOf(request) === 'device' || request.caller?.via === 'token') return;
    const site = request.headers['sec-fetch-site'];
    const from = request.headers.origin;
    const same =
      site === undefined ? from === undefined || origins.has(from) : site === 'same-origin' || site === 'none';
    if (!same) throw problem('cross-site', 'Open the page from this server itself and try again.');
  });
  app.addHook('preValidation', async (request) => {
    const given = takeToken(request);
    if (SAFE.has(request.method) || accessOf(request) === 'public' || request.sessionHash === null) return;
    if (!sameText(given, tokenOf(request.sessionHash, request.caller)))
      throw problem('cross-site', 'Load the page again and try again.');
  });
}

function takeToken({ body, headers }: FastifyRequest): string {
  const header = headers['x-csrf-token'];
  if (typeof header === 'string') return header;
  if (typeof body !== 'object' || body === null || !('_csrf' in body)) return '';
  const field = body._csrf;
  delete body._csrf;
  return typeof field === 'string' ? field : '';
}
