import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { MOST_VIEW_NAME, removeView, saveView } from '../../../breaches/saved-views.ts';
import { linkTo, type PageDeps } from '../../console.ts';
import { refusalWords } from '../act-words.ts';
import { keptOf, Query, queueLink } from './query.ts';
import { showQueue } from './show.ts';

const Body = Type.Object({ name: Type.Optional(Type.String({ maxLength: 1000 })) }, { additionalProperties: false });

function nameProblem(name: string): string | undefined {
  if (name === '') return 'Enter a name for this view';
  return name.length > MOST_VIEW_NAME ? `The name must be ${MOST_VIEW_NAME} characters or fewer` : undefined;
}

/** Saving a queue as it is filtered and ordered, under a name, and removing it. */
export const viewPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'breaches:read' } as const;
  const schema = { hide: true, querystring: Query, body: Body };
  app.post('/breaches/views', { schema, config }, async (request, reply) => {
    const { query } = request;
    const name = (request.body.name ?? '').trim();
    const failed = (text: string) =>
      showQueue(deps, { request, reply }, query, { errors: [{ field: 'view-name', text }], viewName: name });
    const wrong = nameProblem(name);
    if (wrong !== undefined) return failed(wrong);
    try {
      const view = { name, query: linkTo('', keptOf(query)).slice(1) };
      await saveView(callerOf(request), view, { db: deps.db, now: deps.clock.now() });
    } catch (error) {
      return failed(refusalWords(error));
    }
    return reply.redirect(queueLink(query), 303);
  });
  app.post('/breaches/views/remove', { schema, config }, async (request, reply) => {
    await removeView(callerOf(request), request.body.name ?? '', deps);
    return reply.redirect(queueLink(request.query), 303);
  });
};
