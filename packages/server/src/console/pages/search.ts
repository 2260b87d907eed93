import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { may } from '../../people/permissions.ts';
import { type PageDeps, showPage } from '../console.ts';
import { type Asked, type Found, type Kind, KINDS, SHOWN } from '../search/kinds.ts';

const MOST = 120;
const Query = Type.Object(
  { q: Type.Optional(Type.String({ maxLength: MOST, description: `a text of ${MOST} characters at most` })) },
  { additionalProperties: false },
);

/** A whole reference, as it is written in a message. */
const REFERENCE = /^[a-z]{2}-\d{4}-\d{6,}$/i;

async function groupOf({ title, find, lists }: Kind, asked: Asked) {
  const found = await find(asked);
  return { title, found: found.slice(0, SHOWN), lists: found.length > SHOWN ? lists(asked.q) : [] };
}

/** Where a whole reference leads, if the caller may see what has it. */
function exactly(groups: readonly { readonly found: readonly Found[] }[], q: string): string | undefined {
  if (!REFERENCE.test(q)) return undefined;
  return groups.flatMap(({ found }) => found).find(({ text }) => text.toUpperCase() === q.toUpperCase())?.href;
}

/**
 * `GET /search`: what has a text in its reference, name, tag, serial number or title, of each kind that the caller may
 * read. What people wrote of others is not looked into.
 */
export const searchPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const schema = { hide: true, querystring: Query };
  app.get('/search', { schema, config: { access: 'console' } }, async (request, reply) => {
    const caller = callerOf(request);
    const q = (request.query.q ?? '').trim();
    const kinds = q === '' ? [] : KINDS.filter(({ permission }) => may(caller.role, permission));
    const asked = { db, caller, q, now: clock.now() };
    const groups = await Promise.all(kinds.map((kind) => groupOf(kind, asked)));
    const exact = exactly(groups, q);
    if (exact !== undefined) return reply.redirect(exact, 303);
    const model = { q, groups: groups.filter(({ found }) => found.length > 0) };
    return showPage(deps, { request, reply }, 'search', model);
  });
};
