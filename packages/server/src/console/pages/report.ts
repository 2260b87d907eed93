import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { Reference } from '../../breaches/read-routes.ts';
import { VERSIONS } from '../../breaches/report-article33-document.ts';
import { readArticle33, readReport } from '../../breaches/report-routes.ts';
import { may } from '../../people/permissions.ts';
import { type PageDeps, showPage } from '../console.ts';
import { article33Document } from '../documents/article-33.ts';
import { breachReportDocument } from '../documents/breach-report.ts';

const Query = Type.Object(
  { version: Type.Optional(Type.Enum([...VERSIONS], { description: VERSIONS.join(' or ') })) },
  { additionalProperties: false },
);

/** What is written about a breach: the report, and the summary for the regulator. */
export const reportPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'breaches:read' } as const;
  const section = 'breaches';

  app.get('/breaches/:ref/report', { schema: { hide: true, params: Reference }, config }, async (request, reply) => {
    const { report } = await readReport(deps, callerOf(request), request.params.ref, 'breach-report-viewed');
    const mayTake = may(callerOf(request).role, 'breaches:decide');
    const model = { document: breachReportDocument(report), reference: report.reference, mayTake };
    return showPage(deps, { request, reply }, 'report', model, { section });
  });

  app.get(
    '/breaches/:ref/article-33',
    { schema: { hide: true, params: Reference, querystring: Query }, config },
    async (request, reply) => {
      const version = request.query.version ?? 'sending';
      const summary = await readArticle33(deps, callerOf(request), request.params.ref, version);
      const model = { document: article33Document(summary), reference: summary.reference, version };
      return showPage(deps, { request, reply }, 'report-article-33', model, { section });
    },
  );
};
