import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Settings } from '../../settings.ts';
import { MOST_OF_A_PATH, ownPath } from '../after-sign-in.ts';
import { keepLanguage, LANGUAGES } from '../language/language.ts';

const closed = { additionalProperties: false } as const;
const Params = Type.Object(
  { language: Type.Enum([...LANGUAGES], { description: `one of ${LANGUAGES.join(', ')}` }) },
  closed,
);
const Query = Type.Object({ next: Type.Optional(Type.String({ maxLength: MOST_OF_A_PATH })) }, closed);

/** `/language/cy`: from here on pages that are in both languages are in this one; leads back to where its reader was. */
export const languagePage: FastifyPluginAsyncTypebox<{ readonly settings: Pick<Settings, 'origin'> }> = async (
  app,
  { settings },
) => {
  const options = { schema: { hide: true, params: Params, querystring: Query }, config: { access: 'public' } } as const;
  app.get('/language/:language', { ...options, exposeHeadRoute: false }, async (request, reply) => {
    keepLanguage(reply, settings, request.params.language);
    return reply.header('cache-control', 'no-store').redirect(ownPath(request.query.next) ?? '/', 303);
  });
};
