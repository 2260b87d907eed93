import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { recordView } from '../audit/viewed.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { readOrganisation } from '../organisation/store.ts';
import { breachOf, Reference } from './read-routes.ts';
import { reportOn } from './report.ts';
import { BreachReport } from './report-document.ts';

export interface ReportRouteDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** The report as a page of its own; the console's views make it. */
  readonly writePage: (report: BreachReport, reply: FastifyReply) => string;
}

const TYPES = { json: 'application/json', html: 'text/html', pdf: 'application/pdf' } as const;
type Format = keyof typeof TYPES;

const weightOf = (parameters: readonly string[]): number => {
  const weight = parameters.find((parameter) => parameter.trim().startsWith('q='));
  return weight === undefined ? 1 : Number(weight.trim().slice(2)) || 0;
};

/** The form that an `Accept` header likes best (RFC 9110, 12.5.1); JSON where it has no preference. */
export function formatFor(accept: string | undefined): Format | undefined {
  const ranges = (accept ?? '*/*').split(',').map((part) => {
    const [range = '', ...parameters] = part.split(';');
    return { range: range.trim().toLowerCase(), weight: weightOf(parameters) };
  });
  const weigh = (type: string) => {
    const exact =
      ranges.find(({ range }) => range === type) ?? ranges.find(({ range }) => range === `${type.split('/')[0]}/*`);
    return (exact ?? ranges.find(({ range }) => range === '*/*'))?.weight ?? 0;
  };
  const offered = (Object.keys(TYPES) as Format[]).map((format) => ({ format, weight: weigh(TYPES[format]) }));
  const best = offered.reduce((a, b) => (b.weight > a.weight ? b : a));
  return best.weight > 0 ? best.format : undefined;
}

/** `GET /api/v1/breaches/{ref}/report`: JSON and HTML; `?format=` outweighs `Accept`. */
export const breachReportRoutes: FastifyPluginAsyncTypebox<ReportRouteDeps> = async (app, { db, clock, writePage }) => {
  app.get(
    '/api/v1/breaches/:ref/report',
    {
      config: { access: 'breaches:read' },
      schema: {
        tags: ['breaches'],
        summary: 'The report about a breach, as HTML or JSON',
        params: Reference,
        querystring: Type.Object(
          { format: Type.Optional(Type.Enum(['html', 'json', 'pdf'], { description: 'html, json or pdf' })) },
          { additionalProperties: false },
        ),
        response: {
          200: { content: { 'application/json': { schema: BreachReport }, 'text/html': { schema: Type.String() } } },
        },
      },
    },
    async (request, reply) => {
      const format = request.query.format ?? formatFor(request.headers.accept);
      if (format !== 'json' && format !== 'html') {
        throw problem(
          'not-acceptable',
          'A report is written as HTML or JSON; as PDF it cannot be had yet. Ask for ?format=html and print it.',
        );
      }
      const caller = callerOf(request);
      const breach = await breachOf(db, caller, request.params.ref);
      await recordView({ db, clock }, caller, 'breach-report-viewed', `breach:${breach.ref}`);
      const { name, settings } = await readOrganisation(db, caller.organisation);
      const report = await reportOn(db, breach, { marking: settings.marking, council: name, now: clock.now() });
      void reply.header('vary', 'accept').header('cache-control', 'no-store');
      return format === 'json'
        ? reply.type('application/json; charset=utf-8').send(report)
        : reply.type('text/html; charset=utf-8').send(writePage(report, reply));
    },
  );
};
