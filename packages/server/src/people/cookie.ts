import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignedIn } from './sessions.ts';

interface Site {
  /** The server's public origin. */
  readonly origin: string;
}

const isSecure = ({ origin }: Site): boolean => origin.startsWith('https:');

/** `__Host-` keeps a neighbouring host from planting the cookie; browsers take it over https only. */
const nameOf = (site: Site): string => (isSecure(site) ? '__Host-beadle-session' : 'beadle-session');

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
