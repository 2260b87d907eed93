import type { FastifyInstance, FastifyRequest } from 'fastify';
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
  const parser = { parseAs: 'buffer', bodyLimit } as const;
  app.addContentTypeParser('multipart/form-data', parser, async (request: FastifyRequest, body: Buffer) => {
    try {
      return await fieldsOf(request.headers['content-type'] ?? '', body);
    } catch {
      throw problem('validation', 'The form cannot be read: send it again.');
    }
  });
}
