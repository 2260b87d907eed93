import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../../settings.ts';

export const LANGUAGES = ['en', 'cy'] as const;
export type Language = (typeof LANGUAGES)[number];

const COOKIE = 'beadle-language';
const YEAR_SECONDS = 31_536_000;

export const isLanguage = (text: string | undefined): text is Language => LANGUAGES.some((one) => one === text);

/** The language that this browser has chosen; English where it has not. It says nothing about anybody, and opens nothing. */
export function languageOf({ cookies }: Pick<FastifyRequest, 'cookies'>): Language {
  // What is refused before cookies are read has none.
  const chosen = (cookies as Partial<typeof cookies> | null)?.[COOKIE];
  return isLanguage(chosen) ? chosen : 'en';
}

export function keepLanguage(reply: FastifyReply, { origin }: Pick<Settings, 'origin'>, language: Language): void {
  const secure = origin.startsWith('https:');
  void reply.setCookie(COOKIE, language, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: YEAR_SECONDS });
}

/**
 * The page that a reader who changes the language comes back to: the same, where its address can be asked for again. What
 * answers a form has an address of its own only where a page of that name is there; a sign-in is begun anew.
 */
export function pageAgain({ method, url, routeOptions, server }: FastifyRequest): string {
  const route = routeOptions.url;
  if (route === undefined) return '/';
  if (/^\/sign-in\/(:|oidc)/.test(route)) return '/sign-in';
  return method === 'GET' || server.hasRoute({ method: 'GET', url: route }) ? url : '/';
}
