import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, type ProblemCode, PROBLEMS } from '../errors.ts';

/** RFC 9457, for what is refused before there is a route, or even a request, that could speak for itself. */
const documentOf = (code: ProblemCode, detail: string, more: object = {}) => {
  const { status, title } = PROBLEMS[code];
  return JSON.stringify({ type: `urn:beadle:problem:${code}`, status, title, detail, ...more, code });
};

/** An address that cannot be decoded, or with a part that is longer than any name: neither leads to a route. */
export function answerMalformed(error: { readonly code?: string }, request: FastifyRequest, reply: FastifyReply): void {
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
  const body = isTooLong
    ? documentOf('not-found', 'A part of this address is longer than any name.', { requestId: request.id })
    : documentOf('validation', 'This address is not one: its percent-encoding is broken.', { requestId: request.id });
  void reply
    .code(isTooLong ? 404 : 400)
    .type('application/problem+json')
    .serializer((text: string) => text)
    .send(body);
}

const REFUSALS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['too-slow', 'Send the whole request without a pause.'],
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'Send fewer or shorter headers, or a shorter address.'],
};

/** What is no HTTP request is answered once and the connection closed: what follows on it may be part of an attack. */
export function refuseConnection(error: Error, socket: Socket): void {
  const reason = codeOf(error) ?? '';
  if (reason === 'ECONNRESET' || socket.destroyed) return;
  const known = Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason] : undefined;
  const [code, detail] = known ?? (['validation', 'This is not an HTTP request.'] as const);
  const { status } = PROBLEMS[code];
  const body = documentOf(code, detail);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Content-Type: application/problem+json',
    'Connection: close',
  ];
  if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
