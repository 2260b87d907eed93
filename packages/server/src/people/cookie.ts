import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Begun } from './attempts.ts';
import type { SignedIn } from './sessions.ts';

interface Site {
  /** The server's public origin. */
  readonly origin: string;
}

const isSecure = ({ origin }: Site): boolean => origin.startsWith('https:');

/** `session` of whoever has signed in, `sign-in` of a sign-in that has begun. */
type Kept = 'session' | 'sign-in';

/** `__Host-` keeps a neighbouring host from planting the cookie; browsers take it over https only. */
const nameOf = (site: Site, kept: Kept = 'session'): string => `${isSecure(site) ? '__Host-' : ''}beadle-${kept}`;

const optionsOf = (site: Site): CookieSerializeOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax',
  secure: isSecure(site),
});

export const sessionIdOf = (request: FastifyRequest, site: Site): string | undefined => request.cookies[nameOf(site)];

export function setSessionCookie(reply: FastifyReply, site: Site, session: SignedIn): void {
  void reply.setCookie(nameOf(site), session.sessionId, { ...optionsOf(site), expires: new Date(session.expiresAt) });
}

export function clearSessionCookie(reply: FastifyReply, site: Site): void {
  void reply.clearCookie(nameOf(site), optionsOf(site));
}

export const attemptIdOf = (request: FastifyRequest, site: Site): string | undefined =>
  request.cookies[nameOf(site, 'sign-in')];

/** `SameSite=Lax`: it comes along when the provider sends the browser back, and with no form of another site's. */
export function setAttemptCookie(reply: FastifyReply, site: Site, { attemptId, expiresAt }: Begun): void {
  void reply.setCookie(nameOf(site, 'sign-in'), attemptId, { ...optionsOf(site), expires: new Date(expiresAt) });
}

export function clearAttemptCookie(reply: FastifyReply, site: Site): void {
  void reply.clearCookie(nameOf(site, 'sign-in'), optionsOf(site));
}
