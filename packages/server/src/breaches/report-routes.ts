import type { Readable } from 'node:stream';
import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Caller, callerOf } from '../access.ts';
import { recordView } from '../audit/viewed.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { WrittenDocument } from '../pdf/document.ts';
import { breachOf, Reference } from './read-routes.ts';
import { buildReport } from './report.ts';
import { article33Of, contactOf } from './report-article33.ts';
import { Article33, type Version, VERSIONS } from './report-article33-document.ts';
import { BreachReport } from './report-document.ts';
import { type Format, FORMATS, formatFor } from './report-format.ts';
import { knownIn } from './report-known.ts';
import { createMask } from './report-mask.ts';
import { sourcesOf } from './report-read.ts';
import { reportSeenBy } from './report-seen.ts';

/** The forms for people of what is written; the console has the words. */
export interface Writers {
  readonly report: (report: BreachReport) => WrittenDocument;
  readonly article33: (summary: Article33) => WrittenDocument;
  readonly page: (document: WrittenDocument, reply: FastifyReply) => string;
  readonly pdf: (document: WrittenDocument) => Promise<Readable>;
}

export interface Reading {
  readonly db: Db;
  readonly clock: Clock;
}

export interface ReportRouteDeps extends Reading {
  readonly writers: Writers;
}

/** The report about a breach for whoever may read it; that they did is recorded. */
export async function readReport(
  { db, clock }: Reading,
  caller: Caller,
  ref: string,
  action: 'breach-viewed' | 'breach-report-viewed' | 'breach-article-33-viewed' | 'breach-evidence-taken',
) {
  const breach = await breachOf(db, caller, ref);
  await recordView({ db, clock }, caller, action, `breach:${breach.ref}`);
  const { name, settings } = await readOrganisation(db, caller.organisation);
  const sources = await sourcesOf(db, breach, { marking: settings.marking, council: name, now: clock.now() });
  return { report: reportSeenBy(buildReport(sources), caller), sources, settings };
}

/** The summary for the regulator, likewise. */
export async function readArticle33(
  reading: Reading,
  caller: Caller,
  ref: string,
  version: Version,
): Promise<Article33> {
  const { report, sources, settings } = await readReport(reading, caller, ref, 'breach-article-33-viewed');
  const known = await knownIn(reading.db, sources, Object.values(settings.recipients));
  return article33Of(report, { version, contact: contactOf(settings), mask: createMask(known) });
}

const Formats = { format: Type.Optional(Type.Enum([...FORMATS], { description: FORMATS.join(', ') })) };
const closed = { additionalProperties: false } as const;

const answers = <T extends Type.TSchema>(schema: T) => ({
  200: {
    content: {
      'application/json': { schema },
      'text/html': { schema: Type.String() },
      'application/pdf': { schema: Type.String({ format: 'binary' }) },
    },
  },
});

function formatOf({ headers }: FastifyRequest, asked: Format | undefined): Format {
  const format = asked ?? formatFor(headers.accept);
  if (format === undefined) throw problem('not-acceptable', 'It is written as JSON, HTML or PDF. Ask for ?format=pdf.');
  return format;
}

interface Written {
  readonly format: Format;
  /** The file's name without its ending. */
  readonly file: string;
  readonly json: object;
  readonly document: () => WrittenDocument;
}

async function send(
  reply: FastifyReply,
  { page, pdf }: Writers,
  { format, file, json, document }: Written,
): Promise<FastifyReply> {
  void reply.header('vary', 'accept').header('cache-control', 'no-store');
  if (format === 'json') return reply.type('application/json; charset=utf-8').send(json);
  if (format === 'html') return reply.type('text/html; charset=utf-8').send(page(document(), reply));
  const name = file.replaceAll(/[^\w-]/g, '');
  return reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="${name}.pdf"`)
    .send(await pdf(document()));
}

const config = { access: 'breaches:read' } as const;
const about = { tags: ['breaches'], params: Reference };
type App = Parameters<FastifyPluginAsyncTypebox<ReportRouteDeps>>[0];

function reportRoute(app: App, { db, clock, writers }: ReportRouteDeps): void {
  app.get(
    '/api/v1/breaches/:ref/report',
    {
      config,
      schema: {
        ...about,
        summary: 'The report about a breach, as JSON, HTML or PDF',
        querystring: Type.Object(Formats, closed),
        response: answers(BreachReport),
      },
    },
    async (request, reply) => {
      const format = formatOf(request, request.query.format);
      const { report } = await readReport({ db, clock }, callerOf(request), request.params.ref, 'breach-report-viewed');
      const document = () => writers.report(report);
      return send(reply, writers, { format, file: report.reference, json: report, document });
    },
  );
}

const Versioned = Type.Object(
  {
    ...Formats,
    version: Type.Optional(
      Type.Enum([...VERSIONS], { description: 'sending (without what people typed) or editing; sending if left out' }),
    ),
  },
  closed,
);

function article33Route(app: App, { db, clock, writers }: ReportRouteDeps): void {
  app.get(
    '/api/v1/breaches/:ref/article-33',
    {
      config,
      schema: {
        ...about,
        summary: 'What Article 33(3) of the UK GDPR asks for, without names, as JSON, HTML or PDF',
        querystring: Versioned,
        response: answers(Article33),
      },
    },
    async (request, reply) => {
      const { format: asked, version = 'sending' } = request.query;
      const format = formatOf(request, asked);
      const summary = await readArticle33({ db, clock }, callerOf(request), request.params.ref, version);
      const document = () => writers.article33(summary);
      return send(reply, writers, { format, file: `${summary.reference}-article-33`, json: summary, document });
    },
  );
}

/** `GET /api/v1/breaches/{ref}/report` and `…/article-33`: JSON, HTML and PDF; `?format=` outweighs `Accept`. */
export const breachReportRoutes: FastifyPluginAsyncTypebox<ReportRouteDeps> = async (app, deps) => {
  reportRoute(app, deps);
  article33Route(app, deps);
};
