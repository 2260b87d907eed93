import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, type FieldProblem, Problem, type ProblemCode, PROBLEMS } from '../errors.ts';

/** What may be said about an error, by API and console alike. */
export interface PublicError {
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  /** In words for people; of a failure of the server's own it says nothing of the inside. */
  readonly detail: string;
  readonly fields: readonly FieldProblem[];
  /** By which the log can be searched. */
  readonly requestId: string;
}

/**
 * The console's seam: where it has set `render`, what is not under an address of programs is answered by a page of its
 * own, an address that does not exist included.
 */
export interface ErrorPages {
  render:
    | ((error: PublicError, request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>)
    | null;
}

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'validation',
  401: 'unauthenticated',
  403: 'not-permitted',
  404: 'not-found',
  408: 'too-slow',
  413: 'too-large',
  414: 'too-large',
  415: 'unsupported-type',
  429: 'too-many-requests',
  431: 'headers-too-large',
};

/**
 * The disk or the database cannot take anything now; what the client has is worth sending again. Codes of five are
 * PostgreSQL's (appendix A of its manual): connection, resources, shutdown, disk, read-only, undone, locked, too slow.
 */
const OUT_OF_SERVICE =
  /^(ENOSPC|EROFS|EIO|SQLITE_(FULL|READONLY|IOERR|BUSY|LOCKED|CANTOPEN).*|DATABASE_AWAY|(08|53|57P|58)\w+|25006|40001|40P01|55P03|57014)$/;

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (OUT_OF_SERVICE.test(codeOf(error) ?? '')) {
    return new Problem('unavailable', 'The server cannot store anything at the moment. Send this again later.');
  }
  const { statusCode = 500, message } = error as Partial<FastifyError>;
  const code = statusCode < 500 ? (BY_STATUS[statusCode] ?? 'validation') : 'internal';
  return new Problem(
    code,
    code === 'internal' ? 'Try again later. The log says more under this request id.' : (message ?? ''),
  );
}

const isForPrograms = (url: string): boolean => /^\/(api|agent|health|metrics)(\/|\?|$)/.test(url);

export function answerErrors(app: FastifyInstance, pages: ErrorPages): void {
  const answer = (found: Problem, request: FastifyRequest, reply: FastifyReply) => {
    const { status, title } = PROBLEMS[found.code];
    const error = {
      status,
      code: found.code,
      title,
      detail: found.message,
      fields: found.fields,
      requestId: request.id,
    };
    void reply.status(status);
    if (status === 401) void reply.header('www-authenticate', 'Bearer realm="beadle"');
    if (status === 503) void reply.header('retry-after', String(found.retryAfterSeconds ?? 30));
    if (pages.render !== null && !isForPrograms(request.url)) return pages.render(error, request, reply);
    return sendProblem(error, reply);
  };
  app.setErrorHandler((error, request, reply) => {
    const found = problemOf(error);
    // Of those sent away there are many; they are counted, and said once.
    if (PROBLEMS[found.code].status >= 500 && found.code !== 'overloaded')
      request.log.error({ err: error }, 'a request failed');
    return answer(found, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    answer(new Problem('not-found', `There is nothing at this address for ${request.method}.`), request, reply),
  );
}

/** RFC 9457. */
function sendProblem(error: PublicError, reply: FastifyReply): FastifyReply {
  const { code, fields, ...shown } = error;
  const body = { type: `urn:beadle:problem:${code}`, ...shown, code, ...(fields.length > 0 ? { errors: fields } : {}) };
  // Serialised here: a schema that a route has for its answers says nothing of problems.
  return reply.type('application/problem+json').serializer(JSON.stringify).send(body);
}
