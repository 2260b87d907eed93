import type { FastifyInstance } from 'fastify';
import { problem } from '../errors.ts';

/** What a form with a file sends: each field's text, and of a file that is not UTF-8 only that it is not. */
export type UploadedFields = Record<string, string>;

/** Stands in the place of a file that cannot be read as text: no CSV begins so. */
export const NOT_TEXT = '\ufffd';

async function textOf(value: string | File): Promise<string> {
  if (typeof value === 'string') return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await value.arrayBuffer());
  } catch {
    return NOT_TEXT;
  }
}

/** Read by the platform's own parser of forms, so that no dependency is needed for one page. */
async function fieldsOf(type: string, body: Buffer): Promise<UploadedFields> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields: UploadedFields = {};
  for (const [name, value] of form) fields[name] = await textOf(value);
  return fields;
}

/** Lets the routes of this plugin, and no other, take forms with a file. */
export function acceptUploads(app: FastifyInstance, bodyLimit: number): void {
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
    fieldsOf(request.headers['content-type'] ?? '', body as Buffer).then(
      (fields) => done(null, fields),
      () => done(problem('validation', 'The form cannot be read: send it again.')),
    );
  });
}
