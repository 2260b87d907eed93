import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ORGANISATION } from '../../organisation/store.ts';
import { clearSessionCookie, sessionIdOf, setAttemptCookie, setSessionCookie } from '../../people/cookie.ts';
import { browserFamily } from '../../people/browser-family.ts';
import { type Came, type SignInDeps, signInWithCode, signInWithPassword, signOut } from '../../people/sign-in.ts';
import type { Settings } from '../../settings.ts';
import { MOST_OF_A_PATH, pathAfterSignIn } from '../after-sign-in.ts';
import { type PageDeps, showPage } from '../console.ts';
import { languageOf } from '../language/language.ts';
import { type Phrase, sayIn } from '../language/say.ts';

export interface SignInPageDeps extends PageDeps, SignInDeps {
  readonly settings: Pick<Settings, 'origin' | 'oidc' | 'secondFactor'>;
}

const config = { access: 'public' } as const;
const Next = Type.Optional(Type.String({ maxLength: MOST_OF_A_PATH }));
const Query = Type.Object({ next: Next }, { additionalProperties: false });
const Form = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    password: Type.Optional(Type.String({ maxLength: 1024 })),
    next: Next,
  },
  { additionalProperties: false },
);
const Code = Type.Object({ code: Type.String({ maxLength: 200 }) });
const Nothing = Type.Object({}, { additionalProperties: false });

/** What the server notes of the browser that somebody signs in with. */
export const cameOf = (request: FastifyRequest, site: Pick<Settings, 'origin'>): Came => ({
  previous: sessionIdOf(request, site),
  browser: browserFamily(request.headers['user-agent']),
});

const REFUSED: Phrase = 'Check the name and the password: they do not fit';

/** Signing in with a name and a password, or with a one-time code; signing out. */
export const signInPages: FastifyPluginAsyncTypebox<SignInPageDeps> = async (app, deps) => {
  const { settings } = deps;
  const sso = settings.oidc?.label;

  app.get('/sign-in', { schema: { hide: true, querystring: Query }, config }, async (request, reply) => {
    const next = pathAfterSignIn(request.query.next);
    return request.caller === null
      ? showPage(deps, { request, reply }, 'sign-in', { next, sso })
      : reply.redirect(next, 303);
  });

  app.post('/sign-in', { schema: { hide: true, body: Form }, config }, async (request, reply) => {
    const name = (request.body.name ?? '').trim();
    const next = pathAfterSignIn(request.body.next);
    const given = {
      organisation: ORGANISATION,
      name,
      password: request.body.password ?? '',
      ...cameOf(request, settings),
      secondFactor: settings.secondFactor,
      next,
    };
    const session = name === '' ? null : await signInWithPassword(deps, given);
    if (session === null)
      return showPage(
        deps,
        { request, reply },
        'sign-in',
        { error: sayIn(languageOf(request))(REFUSED), name, next, sso },
        { status: 401 },
      );
    if ('needs' in session) {
      setAttemptCookie(reply, settings, session);
      return reply.redirect('/sign-in/second-factor', 303);
    }
    setSessionCookie(reply, settings, session);
    return reply.redirect(next, 303);
  });

  await app.register(codeAddress, deps);
  await app.register(signOutForm, deps);
};

const codeAddress: FastifyPluginAsyncTypebox<SignInPageDeps> = async (app, deps) => {
  const { settings } = deps;
  // No HEAD: a program that only looks at the address must not use the code up.
  app.get(
    '/sign-in/:code',
    { schema: { hide: true, params: Code }, config, exposeHeadRoute: false },
    async (request, reply) => {
      const session = await signInWithCode(deps, { code: request.params.code, ...cameOf(request, settings) });
      if (session === null) return showPage(deps, { request, reply }, 'code-used', {}, { status: 401 });
      setSessionCookie(reply, settings, session);
      return reply.redirect('/', 303);
    },
  );
};

// Whoever has signed in may sign out, so it asks for what every role may; only then is the form's token checked.
const signOutForm: FastifyPluginAsyncTypebox<SignInPageDeps> = async (app, deps) => {
  app.post(
    '/sign-out',
    { schema: { hide: true, body: Nothing }, config: { access: 'breaches:report' } },
    async (request, reply) => {
      const sessionId = sessionIdOf(request, deps.settings);
      if (sessionId !== undefined) await signOut(deps, sessionId);
      clearSessionCookie(reply, deps.settings);
      return reply.redirect('/sign-in', 303);
    },
  );
};
