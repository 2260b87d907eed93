import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { problem } from '../../errors.ts';
import { ORGANISATION } from '../../organisation/store.ts';
import { attemptIdOf, clearAttemptCookie, setAttemptCookie, setSessionCookie } from '../../people/cookie.ts';
import { createProvider } from '../../people/oidc/provider.ts';
import { beginOidc, type Failure, finishOidc, type OidcDeps } from '../../people/oidc/sign-in.ts';
import type { Log } from '../../log.ts';
import { MOST_OF_A_PATH, pathAfterSignIn } from '../after-sign-in.ts';
import { showPage } from '../console.ts';
import type { Phrase } from '../language/say.ts';
import { cameOf, type SignInPageDeps } from './sign-in.ts';

interface Words {
  readonly status: number;
  readonly heading: Phrase;
  readonly lines: readonly Phrase[];
  /** Whether the same may go well the next time. */
  readonly again: boolean;
}

const NO_ROLE = {
  status: 403,
  heading: 'You cannot sign in to Beadle with this account',
  again: false,
} as const;
const ASK: Phrase = 'If you need Beadle for your work, ask the Information Security Team Leader or the ICT helpdesk.';

const WORDS: Readonly<Record<Failure, Words>> = {
  stale: {
    status: 400,
    heading: 'Start signing in again',
    lines: ['This sign-in took longer than 10 minutes, has been used already, or was started in another browser.'],
    again: true,
  },
  'provider-away': {
    status: 503,
    heading: 'The council’s sign-in cannot be reached',
    lines: ['Try again in a few minutes. If it is urgent, ask whoever runs this server for a one-time address.'],
    again: true,
  },
  'provider-refused': {
    status: 401,
    heading: 'You have not been signed in',
    lines: ['The council’s sign-in did not let you through, or you cancelled it.'],
    again: true,
  },
  'not-believed': {
    status: 401,
    heading: 'You have not been signed in',
    lines: ['What the council’s sign-in sent could not be verified. If this happens again, tell the ICT helpdesk.'],
    again: true,
  },
  'no-role': { ...NO_ROLE, lines: ['It is in none of the groups that may use Beadle.', ASK] },
  'groups-not-told': {
    ...NO_ROLE,
    lines: ['The council’s sign-in did not say which groups it is in. The ICT helpdesk can put that right.', ASK],
  },
  'no-name': { ...NO_ROLE, lines: ['The council’s sign-in did not say what it is called.', ASK] },
  'not-in-service': { ...NO_ROLE, lines: ['The council’s list of people says that it is not in use.', ASK] },
  'name-taken': { ...NO_ROLE, lines: ['Another person or account goes by the same name here.', ASK] },
};

const config = { access: 'public' } as const;
const Query = Type.Object(
  { next: Type.Optional(Type.String({ maxLength: MOST_OF_A_PATH })) },
  { additionalProperties: false },
);

export interface OidcPageDeps extends SignInPageDeps {
  readonly log: Pick<Log, 'warn'>;
}

interface Ready {
  readonly deps: OidcPageDeps;
  /** Throws where the settings have no provider. */
  readonly oidc: () => OidcDeps;
}

function prepare(deps: OidcPageDeps): Ready {
  const { clock, settings } = deps;
  const { oidc, origin } = settings;
  const redirectUri = `${origin}/sign-in/oidc/callback`;
  const ready = oidc === null ? undefined : { ...deps, oidc, provider: createProvider(oidc, clock), redirectUri };
  return {
    deps,
    oidc: () => {
      if (ready !== undefined) return ready;
      throw problem('not-found', 'People sign in here with a name and a password, or with a one-time address.');
    },
  };
}

function showFailure({ deps }: Ready, failure: Failure, request: FastifyRequest, reply: FastifyReply) {
  const { status, ...words } = WORDS[failure];
  return showPage(deps, { request, reply }, 'sign-in-failed', words, { status });
}

const beginPage: FastifyPluginAsyncTypebox<Ready> = async (app, ready) => {
  const schema = { hide: true, querystring: Query };
  app.get('/sign-in/oidc', { schema, config, exposeHeadRoute: false }, async (request, reply) => {
    const next = pathAfterSignIn(request.query.next);
    const begun = await beginOidc(ready.oidc(), { organisation: ORGANISATION, next });
    if ('failure' in begun) return showFailure(ready, begun.failure, request, reply);
    setAttemptCookie(reply, ready.deps.settings, begun);
    return reply.header('cache-control', 'no-store').redirect(begun.url, 303);
  });
};

const callbackPage: FastifyPluginAsyncTypebox<Ready> = async (app, ready) => {
  const { settings } = ready.deps;
  const options = { schema: { hide: true }, config, exposeHeadRoute: false };
  app.get('/sign-in/oidc/callback', options, async (request, reply) => {
    const { searchParams: query } = new URL(request.url, settings.origin);
    const returned = { query, attemptId: attemptIdOf(request, settings), ...cameOf(request, settings) };
    const finished = await finishOidc(ready.oidc(), returned);
    if ('failure' in finished) return showFailure(ready, finished.failure, request, reply);
    clearAttemptCookie(reply, settings);
    setSessionCookie(reply, settings, finished.session);
    return reply.redirect(finished.next, 303);
  });
};

/** Signing in through the council's own provider. No HEAD: a program that only looks begins and ends nothing. */
export const oidcPages: FastifyPluginAsyncTypebox<OidcPageDeps> = async (app, deps) => {
  const ready = prepare(deps);
  await app.register(beginPage, ready);
  await app.register(callbackPage, ready);
};
