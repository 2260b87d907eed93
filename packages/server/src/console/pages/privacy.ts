import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { retentionInWords } from '../../organisation/retention.ts';
import { ORGANISATION, readOrganisation } from '../../organisation/store.ts';
import { type PageDeps, showPage } from '../console.ts';
import { languageOf } from '../language/language.ts';
import { momentsIn } from '../language/moments.ts';
import { collectedWords, everyCheck } from './mine/collected-words.ts';
import { SEERS } from './mine/seers.ts';

/** `GET /privacy`: what is collected of workers, why, who sees it and for how long, for whoever wants to know. */
export const privacyPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get('/privacy', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) => {
    const { settings } = await readOrganisation(deps.db, request.caller?.organisation ?? ORGANISATION);
    const model = {
      collected: collectedWords(everyCheck()),
      seers: SEERS,
      kept: retentionInWords(settings.retention, momentsIn(languageOf(request)).duration),
      officer: settings.dataProtectionContact,
    };
    return showPage(deps, { request, reply }, 'privacy', model);
  });
};
