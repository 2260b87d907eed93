import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A form with a file, as browsers send it (RFC 7578); read by the platform's own parser. */
export function takeFiles(app: FastifyInstance, bodyLimit: number): void {
  const options = { parseAs: 'buffer' as const, bodyLimit };
  app.addContentTypeParser('multipart/form-data', options, async (request: FastifyRequest, body: Buffer) => {
    const type = request.headers['content-type'] ?? '';
    try {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      const fields: Record<string, string> = {};
      for (const [name, value] of form) fields[name] = typeof value === 'string' ? value : await value.text();
      return fields;
    } catch (cause) {
      throw Object.assign(new Error('the form could not be read', { cause }), { statusCode: 400 });
    }
  });
}
