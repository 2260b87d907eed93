import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import { endSessionsFor } from '../../people/account-change.ts';
import { listSessions } from '../../people/session-list.ts';
import { type PageDeps, showPage } from '../console.ts';
import type { Phrase } from '../language/say.ts';

const closed = { additionalProperties: false } as const;
/** What every role may: each looks after their own. */
const config = { access: 'breaches:report' } as const;
const DONE: Readonly<Record<string, Phrase>> = {
  ended: 'That browser has been signed out.',
  others: 'All other browsers have been signed out.',
};

/** A token is called something too, perhaps as a person is: what is whose is known of sessions alone. */
function personOf(request: FastifyRequest): Caller & { readonly hash: string } {
  const { sessionHash: hash } = request;
  if (hash === null) throw problem('not-permitted', 'This page is for people who signed in with a browser.');
  return { ...callerOf(request), hash };
}

/** Where somebody is signed in, and signing out there. */
export const sessionsPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const querystring = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, closed);
  app.get('/sessions', { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const person = personOf(request);
    const { done = '' } = request.query;
    const sessions = (await listSessions(db, person, clock.now()))
      .map((session) => ({ ...session, isThis: session.id === person.hash }))
      .toSorted((a, b) => Number(b.isThis) - Number(a.isThis));
    const model = { sessions, done: Object.hasOwn(DONE, done) ? DONE[done] : undefined };
    return showPage(deps, { request, reply }, 'sessions', model);
  });

  const body = Type.Object({ id: Type.Optional(Type.String({ maxLength: 100 })) }, closed);
  app.post('/sessions/end', { schema: { hide: true, body }, config }, async (request, reply) => {
    const { organisation, name, hash } = personOf(request);
    const act = { organisation, actor: name, at: clock.now() };
    const { id } = request.body;
    await endSessionsFor(db, name, id === undefined ? { except: hash } : { only: id }, act);
    if (id === hash) return reply.redirect('/sign-in', 303);
    return reply.redirect(`/sessions?done=${id === undefined ? 'others' : 'ended'}`, 303);
  });
};
