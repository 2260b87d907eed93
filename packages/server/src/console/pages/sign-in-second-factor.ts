import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { attemptIdOf, clearAttemptCookie, setSessionCookie } from '../../people/cookie.ts';
import {
  type Admitted,
  appFor,
  type SecondFactorDeps,
  setUpSecondFactor,
  signInWithSecondFactor,
  whatIsNext,
} from '../../people/second-factor/sign-in.ts';
import { ORGANISATION, readOrganisation } from '../../organisation/store.ts';
import { showPage } from '../console.ts';
import { languageOf } from '../language/language.ts';
import { type Phrase, sayIn } from '../language/say.ts';
import { cameOf, type SignInPageDeps } from './sign-in.ts';

export interface SecondFactorPageDeps extends SignInPageDeps, SecondFactorDeps {}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const Form = Type.Object({ code: Type.Optional(Type.String({ maxLength: 100 })) }, { additionalProperties: false });
const config = { access: 'public' } as const;
const PATHS = { code: '/sign-in/second-factor', setUp: '/sign-in/second-factor/set-up' } as const;

const WRONG = {
  code: 'The code does not fit, or has been used. Enter the one that the app shows now, or a recovery code',
  setUp: 'The code does not fit. Enter the one that the app shows now',
  paused: 'There have been too many wrong codes. Try again in 15 minutes',
} as const satisfies Readonly<Record<string, Phrase>>;

/** Signed in: the browser no longer needs what it kept meanwhile. */
function finish(deps: SecondFactorPageDeps, reply: FastifyReply, { session }: Admitted): void {
  clearAttemptCookie(reply, deps.settings);
  setSessionCookie(reply, deps.settings, session);
}

/** What is wrong, in the language of the page. */
const said = ({ request }: Exchange, error?: Phrase) =>
  error === undefined ? error : sayIn(languageOf(request))(error);

const showCode = (deps: SecondFactorPageDeps, exchange: Exchange, error?: Phrase) =>
  showPage(
    deps,
    exchange,
    'second-factor',
    { error: said(exchange, error) },
    { status: error === undefined ? 200 : 401 },
  );

async function showSetUp(deps: SecondFactorPageDeps, exchange: Exchange, id: string, name: string, error?: Phrase) {
  const council = (await readOrganisation(deps.db, ORGANISATION)).name;
  const model = { ...appFor(id, name, council), error: said(exchange, error) };
  return showPage(deps, exchange, 'second-factor-set-up', model, { status: error === undefined ? 200 : 401 });
}

const codePage: FastifyPluginAsyncTypebox<SecondFactorPageDeps> = async (app, deps) => {
  app.get(PATHS.code, { schema: { hide: true }, config }, async (request, reply) => {
    const next = await whatIsNext(deps, attemptIdOf(request, deps.settings) ?? '');
    if (next === undefined) return reply.redirect('/sign-in', 303);
    return next.isSetUp ? showCode(deps, { request, reply }) : reply.redirect(PATHS.setUp, 303);
  });

  app.post(PATHS.code, { schema: { hide: true, body: Form }, config }, async (request, reply) => {
    const attemptId = attemptIdOf(request, deps.settings) ?? '';
    const answer = { attemptId, code: request.body.code ?? '', ...cameOf(request, deps.settings) };
    const done = await signInWithSecondFactor(deps, answer);
    if (!('refused' in done)) {
      finish(deps, reply, done);
      return reply.redirect(done.next, 303);
    }
    if (done.refused === 'stale') return reply.redirect('/sign-in', 303);
    return showCode(deps, { request, reply }, done.refused === 'paused' ? WRONG.paused : WRONG.code);
  });
};

const setUpPage: FastifyPluginAsyncTypebox<SecondFactorPageDeps> = async (app, deps) => {
  app.get(PATHS.setUp, { schema: { hide: true }, config }, async (request, reply) => {
    const id = attemptIdOf(request, deps.settings) ?? '';
    const next = await whatIsNext(deps, id);
    if (next === undefined) return reply.redirect('/sign-in', 303);
    return next.isSetUp ? reply.redirect(PATHS.code, 303) : showSetUp(deps, { request, reply }, id, next.name);
  });

  app.post(PATHS.setUp, { schema: { hide: true, body: Form }, config }, async (request, reply) => {
    const id = attemptIdOf(request, deps.settings) ?? '';
    const next = await whatIsNext(deps, id);
    if (next === undefined) return reply.redirect('/sign-in', 303);
    const answer = { attemptId: id, code: request.body.code ?? '', ...cameOf(request, deps.settings) };
    const done = await setUpSecondFactor(deps, answer);
    if (!('refused' in done)) {
      finish(deps, reply, done);
      return showPage(deps, { request, reply }, 'recovery-codes', { codes: done.recoveryCodes, next: done.next });
    }
    if (done.refused === 'stale') return reply.redirect('/sign-in', 303);
    const error = done.refused === 'paused' ? WRONG.paused : WRONG.setUp;
    return showSetUp(deps, { request, reply }, id, next.name, error);
  });
};

/** The second factor of whose password was right: its code, or setting it up. */
export const secondFactorPages: FastifyPluginAsyncTypebox<SecondFactorPageDeps> = async (app, deps) => {
  await app.register(codePage, deps);
  await app.register(setUpPage, deps);
};
