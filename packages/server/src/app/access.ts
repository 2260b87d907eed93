import { createHmac } from 'node:crypto';
import type { Clock } from '@beadle/shared';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { type Caller, callerOf, type Permission } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { sessionIdOf } from '../people/cookie.ts';
import { callerMay, may } from '../people/permissions.ts';
import { sessionOf } from '../people/sessions.ts';
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
  requireDeclarations(app);
  app.addHook('onRequest', async (request) => {
    const access = accessOf(request);
    if (access === 'device') return;
    await resolveCaller(request, deps);
    if (access === 'public') return;
    requirePermission(request, callerOf(request), access);
  });
  refuseForgeries(app, deps);
}

/** A page of the console shows whatever the role may see, so that a token for less is for programs' addresses alone. */
function requirePermission(request: FastifyRequest, caller: Caller, access: Permission): void {
  const { role, only } = caller;
  if (!may(role, access))
    throw problem('not-permitted', `The role ${role} may not do this; it takes the permission ${access}.`);
  if (!callerMay(caller, access))
    throw problem('not-permitted', `This token was made for less; this takes the permission ${access}.`);
  if (only !== undefined && !/^\/(api|metrics)(\/|$)/.test(request.routeOptions.url ?? ''))
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

async function resolveCaller(request: FastifyRequest, { db, clock, settings }: AccessDeps): Promise<void> {
  const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) {
    request.caller = await callerOfToken(db, token, clock.now());
    return;
  }
  const sessionId = sessionIdOf(request, settings);
  const session = sessionId === undefined ? null : await sessionOf(db, sessionId, clock.now());
  request.caller = session?.caller ?? null;
  request.sessionHash = session?.hash ?? null;
}

/**
 * Another site may make a browser send the cookie along, so that what changes anything must say where it comes from:
 * `Sec-Fetch-Site` or `Origin`, which a page cannot write; and a session's own form proves itself by its token besides.
 */
function refuseForgeries(app: FastifyInstance, deps: AccessDeps): void {
  const { origin, authorities } = deps.settings;
  const origins = new Set([origin, ...authorities.map((authority) => `${new URL(origin).protocol}//${authority}`)]);
  const tokenOf = (sessionHash: string): string =>
    createHmac('sha256', deps.secret).update(`beadle-csrf-1\n${sessionHash}\n`).digest('base64url');

  app.decorateReply('generateCsrf', function generateCsrf() {
    return this.request.sessionHash === null ? '' : tokenOf(this.request.sessionHash);
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
    if (!sameText(given, tokenOf(request.sessionHash)))
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
