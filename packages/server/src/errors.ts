/**
 * Every refusal that the server can answer with (RFC 9457): its code never changes its meaning and is never used again
 * for another. `type` of the problem is `urn:beadle:problem:CODE`. A stage adds its own here.
 */
export const PROBLEMS = {
  validation: { status: 400, title: 'The request does not have the expected form' },
  'bad-cursor': { status: 400, title: 'The cursor is not one that this list gave' },
  'unsupported-protocol': { status: 400, title: 'No version of the agent protocol is spoken by both sides' },
  unauthenticated: { status: 401, title: 'This needs a token or a sign-in' },
  'signature-refused': { status: 401, title: 'The request is not signed by a device that is enrolled here' },
  'sign-in-refused': { status: 401, title: 'The name, the password or the code does not fit' },
  'not-permitted': { status: 403, title: 'Your role does not permit this' },
  'cross-site': { status: 403, title: 'The request came from another site, or from a form that is too old' },
  'enrolment-refused': { status: 403, title: 'The device cannot be enrolled with this token' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'device-unknown': { status: 404, title: 'There is no such device' },
  'order-unknown': { status: 404, title: 'There is no such order' },
  'pause-unknown': { status: 404, title: 'There is no such pause' },
  'breach-unknown': { status: 404, title: 'There is no such breach' },
  'person-unknown': { status: 404, title: 'There is no such person' },
  'authorisation-unknown': { status: 404, title: 'There is no such authorisation' },
  'incident-unknown': { status: 404, title: 'There is no such incident' },
  'helpdesk-record-unknown': { status: 404, title: 'There is no such helpdesk record' },
  'rights-request-unknown': { status: 404, title: 'There is no such request' },
  'exhibit-unknown': { status: 404, title: 'There is no such exhibit' },
  'withdrawal-unknown': { status: 404, title: 'There is no such withdrawal' },
  'policy-unknown': { status: 404, title: 'There is no such policy' },
  'preview-unknown': { status: 404, title: 'There is no such preview, or it is no longer kept' },
  'notice-unknown': { status: 404, title: 'There is no such message' },
  'account-unknown': { status: 404, title: 'There is no such account' },
  'pending-unknown': { status: 404, title: 'Nothing of this kind waits' },
  'hold-unknown': { status: 404, title: 'There is no such legal hold' },
  'token-unknown': { status: 404, title: 'There is no such token' },
  conflict: { status: 409, title: 'This does not fit what is there already' },
  'asset-tag-taken': { status: 409, title: 'Another device has this asset tag' },
  'account-taken': { status: 409, title: 'Another account has this name' },
  'counter-too-low': { status: 409, title: 'The counter of the request is not higher than the last one' },
  'records-missing': { status: 409, title: 'Records that must be there first are missing' },
  'device-left-service': { status: 410, title: 'This device has left service' },
  'not-acceptable': { status: 406, title: 'This is not to be had in the form asked for' },
  'too-slow': { status: 408, title: 'The request did not arrive in time' },
  'too-large': { status: 413, title: 'The request is larger than this accepts' },
  'unsupported-type': { status: 415, title: 'The content type is not one that this accepts' },
  'headers-too-large': { status: 431, title: 'The headers are larger than this accepts' },
  'import-refused': { status: 422, title: 'The file has errors' },
  'authorisation-incomplete': { status: 422, title: 'Something is missing for this authorisation' },
  'policy-refused': { status: 422, title: 'The policy has errors' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'There is a problem with the server' },
  unavailable: { status: 503, title: 'The server cannot answer at the moment' },
  overloaded: { status: 503, title: 'The server has more to do than it can take in hand' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** One place in a request that does not fit. */
export interface FieldProblem {
  readonly field: string;
  readonly expected: string;
}

/** A refusal, thrown by a route and answered by the one error handler. `detail` is read by people. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly fields: readonly FieldProblem[];
  /** When to come again, where the refusal knows. */
  retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, fields: readonly FieldProblem[] = []) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.fields = fields;
  }
}

/** The server has too much in hand; this one is to come again, no sooner than it is told. */
export function overloaded(retryAfterSeconds: number): Problem {
  const found = new Problem('overloaded', `The server is busy. Send this again in ${retryAfterSeconds} seconds.`);
  found.retryAfterSeconds = retryAfterSeconds;
  return found;
}

export const problem = (code: ProblemCode, detail: string, fields?: readonly FieldProblem[]): Problem =>
  new Problem(code, detail, fields);

/** What keeps a command from starting or finishing; its message is one line that says what to do. */
export class StartError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { readonly exitCode?: 1 | 2; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StartError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The code of a Node or SQLite error, such as `ENOSPC` or `SQLITE_FULL`. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
