import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type PageDeps, showPage } from '../console.ts';

/** `GET /accessibility`: the statement that the Accessibility Regulations 2018 require, on every page's foot. */
export const accessibilityPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get('/accessibility', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) =>
    showPage(deps, { request, reply }, 'accessibility', {}),
  );
};
