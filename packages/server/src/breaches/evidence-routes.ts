import { buffer } from 'node:stream/consumers';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { signed } from '../evidence/manifest.ts';
import { zip } from '../evidence/zip.ts';
import type { ServerKeys } from '../keys/keys.ts';
import { evidenceFiles, writtenOf } from './evidence.ts';
import { Reference } from './read-routes.ts';
import type { BreachReport } from './report-document.ts';
import { type Reading, readReport, type Writers } from './report-routes.ts';

export interface EvidenceDeps extends Reading {
  readonly writers: Writers;
  readonly keys: Pick<ServerKeys, 'signer' | 'publicJwk'>;
  /** The version of the server. */
  readonly version: string;
}

async function reportFiles({ report, page, pdf }: Writers, told: BreachReport, reply: FastifyReply) {
  const document = report(told);
  return [
    { name: 'report.html', about: 'The report about the breach', bytes: Buffer.from(page(document, reply)) },
    { name: 'report.pdf', about: 'The same, to be printed', bytes: await buffer(await pdf(document)) },
    { name: 'report.json', about: 'The same, for programs', bytes: Buffer.from(`${JSON.stringify(told, null, 2)}\n`) },
  ];
}

const send = (reply: FastifyReply, ref: string, pack: Buffer): FastifyReply =>
  reply
    .type('application/zip')
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${ref.replaceAll(/[^\w-]/g, '')}.zip"`)
    .send(pack);

/**
 * `GET /api/v1/breaches/{ref}/evidence`: all that is known of a breach in one file, signed, which `beadle-server evidence
 * verify` checks without a server. That it was taken is on record, in the pack too.
 */
export const breachEvidenceRoutes: FastifyPluginAsyncTypebox<EvidenceDeps> = async (app, deps) => {
  const { db, clock, writers, keys, version } = deps;
  app.get(
    '/api/v1/breaches/:ref/evidence',
    {
      config: { access: 'breaches:decide' },
      schema: {
        tags: ['breaches'],
        summary: 'The evidence pack of a breach: a signed ZIP file',
        params: Reference,
        response: {
          200: { content: { 'application/zip': { schema: Type.String({ format: 'binary' }) } } },
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { report, sources } = await readReport({ db, clock }, caller, request.params.ref, 'breach-evidence-taken');
      const files = [...(await reportFiles(writers, report, reply)), ...(await evidenceFiles(db, sources))];
      const made = { ...writtenOf(sources, caller), server: version, key: keys.publicJwk };
      const pack = zip(signed(files, made, keys.signer), sources.now);
      return send(reply, sources.breach.ref, pack);
    },
  );
};
