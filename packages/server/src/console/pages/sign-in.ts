import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { listOrganisations, ORGANISATION } from '../../organisation/store.ts';
import { sessionIdOf, setAttemptCookie, setSessionCookie } from '../../people/cookie.ts';
import { browserFamily } from '../../people/browser-family.ts';
import { type Came, type SignInDeps, signInWithCode, signInWithPassword } from '../../people/sign-in.ts';
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
const Organisation = Type.Optional(Type.String({ maxLength: 40 }));
const Query = Type.Object({ next: Next, organisation: Organisation }, { additionalProperties: false });
const Form = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    password: Type.Optional(Type.String({ maxLength: 1024 })),
    next: Next,
    organisation: Organisation,
  },
  { additionalProperties: false },
);
const Code = Type.Object({ code: Type.String({ maxLength: 200 }) });

/** What the server notes of the browser that somebody signs in with. */
export const cameOf = (request: FastifyRequest, site: Pick<Settings, 'origin'>): Came => ({
  previous: sessionIdOf(request, site),
  browser: browserFamily(request.headers['user-agent']),
});

/** Whose account it is: the first council's, unless the address names another one on this server. */
async function councilOf({ db }: PageDeps, named: string | undefined) {
  const found = (await listOrganisations(db)).find(({ id }) => id === named && id !== ORGANISATION);
  return { organisation: found?.id ?? ORGANISATION, council: found };
}

const REFUSED: Phrase = 'Check the name and the password: they do not fit';

/** Signing in with a name and a password, or with a one-time code. */
export const signInPages: FastifyPluginAsyncTypebox<SignInPageDeps> = async (app, deps) => {
  const { settings } = deps;
  const sso = settings.oidc?.label;

  app.get('/sign-in', { schema: { hide: true, querystring: Query }, config }, async (request, reply) => {
    const next = pathAfterSignIn(request.query.next);
    if (request.caller !== null) return reply.redirect(next, 303);
    const { council } = await councilOf(deps, request.query.organisation);
    return showPage(deps, { request, reply }, 'sign-in', { next, council, sso: council ? undefined : sso });
  });

  app.post('/sign-in', { schema: { hide: true, body: Form }, config }, async (request, reply) => {
    const name = (request.body.name ?? '').trim();
    const next = pathAfterSignIn(request.body.next);
    const { organisation, council } = await councilOf(deps, request.body.organisation);
    const given = {
      organisation,
      name,
      password: request.body.password ?? '',
      ...cameOf(request, settings),
      secondFactor: settings.secondFactor,
      next,
    };
    const session = name === '' ? null : await signInWithPassword(deps, given);
    if (session === null) {
      const error = sayIn(languageOf(request))(REFUSED);
      const model = { error, name, next, council, sso: council ? undefined : sso };
      return showPage(deps, { request, reply }, 'sign-in', model, { status: 401 });
    }
    if ('needs' in session) {
      setAttemptCookie(reply, settings, session);
      return reply.redirect('/sign-in/second-factor', 303);
    }
    setSessionCookie(reply, settings, session);
    return reply.redirect(next, 303);
  });

  await app.register(codeAddress, deps);
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
