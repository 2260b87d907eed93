import {
  type Clock,
  type EnrolmentAnswer,
  type EnrolmentPending,
  EnrolmentRequest,
  iso,
  negotiate,
  PATHS,
  PROTOCOL_VERSIONS,
  type Random,
  verifyingKeyOf,
} from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Value from 'typebox/value';
import type { Admission } from '../admission/admission.ts';
import { admitBy } from '../admission/hooks.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { holdsOnlyKeepable } from '../keepable.ts';
import { keyFor, type ServerKeys } from '../keys/keys.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import type { Settings } from '../settings.ts';
import { admit, type Pending } from './admit.ts';
import { provesToken, REFUSED } from './enrolment.ts';
import { isFromOwnMachine } from './own-machine.ts';
import { answerSigned, isGenuine, type SignedRequest, signatureOf } from './signed-request.ts';
import { inTransaction } from '../db/transaction.ts';

export interface EnrolmentDeps {
  readonly db: Db;
  readonly keys: ServerKeys;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly admission: Admission;
  readonly announce: Announce;
}

const BODY_LIMIT = 16 * 1024;

function readRequest(body: unknown): EnrolmentRequest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch {
    throw problem('validation', 'The body must be JSON.');
  }
  if (!holdsOnlyKeepable(value)) throw problem('validation', 'A text holds a NUL or half of a surrogate pair.');
  if (Value.Check(EnrolmentRequest, value)) return value;
  const [error] = Value.Errors(EnrolmentRequest, value);
  throw problem(
    'validation',
    `${error?.instancePath || 'the request'} ${error?.message ?? 'is not of the expected form'}`,
  );
}

/** The form of a key does not say that it is a point of its curve. */
function keyOf({ key }: EnrolmentRequest) {
  try {
    return verifyingKeyOf(key);
  } catch {
    throw problem('validation', 'key is not a point of its curve.');
  }
}

/** The request holds together: its key signed it, and whoever made it knows the token. Nothing is written before. */
function verify(request: FastifyRequest, enrolment: EnrolmentRequest, deps: EnrolmentDeps): SignedRequest {
  const signed = signatureOf(request);
  const key = keyOf(enrolment);
  const genuine =
    signed?.parameters.keyId === key.keyId &&
    isGenuine(request, request.body as Buffer, signed, key, deps.settings.authorities);
  if (!genuine)
    throw problem(
      'signature-refused',
      'The enrolment is not signed by the key that it brings, or for another address of this server.',
    );
  if (!provesToken(enrolment, deps.keys.tokenKey)) throw problem('enrolment-refused', REFUSED);
  return signed;
}

/** Signed, as a laptop goes by it: 202 while it waits, 403 where ICT has refused it. */
function answerPending(
  reply: FastifyReply,
  { decision, detail, retryAfterSeconds }: Pending,
  spoken: Pick<EnrolmentPending, 'protocol' | 'serverKey'>,
  signed: SignedRequest,
  deps: EnrolmentDeps,
) {
  const serverTime = iso(deps.clock.now());
  const body: EnrolmentPending = { ...spoken, decision, detail, retryAfterSeconds, serverTime };
  reply.header('retry-after', retryAfterSeconds);
  return answerSigned(reply, { status: decision === 'waiting' ? 202 : 403, body }, signed, deps);
}

async function enrol(request: FastifyRequest, reply: FastifyReply, deps: EnrolmentDeps): Promise<FastifyReply> {
  const enrolment = readRequest(request.body);
  const protocol = negotiate(enrolment.protocol);
  if (protocol === undefined)
    throw problem(
      'unsupported-protocol',
      `This server speaks version ${PROTOCOL_VERSIONS.join(', ')} of the agent protocol.`,
    );
  const signed = verify(request, enrolment, deps);
  const isOwnMachine = isFromOwnMachine(request, deps.settings.trustedProxies);
  const { publicJwk: serverKey, signer } = keyFor(deps.keys, signed.serverKey);
  const admitted = await inTransaction(deps.db, (tx) => admit(tx, enrolment, isOwnMachine, { ...deps, signer }));
  const spoken = { protocol, serverKey };
  if (admitted.kind === 'pending') return answerPending(reply, admitted, spoken, signed, deps);
  const answer: EnrolmentAnswer = { ...spoken, ...admitted.answer };
  return answerSigned(reply, { status: 201, body: answer }, signed, deps);
}

/** The one endpoint that a device without an enrolment may use (docs/protocol.md). */
export async function enrolmentRoutes(app: FastifyInstance, deps: EnrolmentDeps): Promise<void> {
  admitBy(app, { admission: deps.admission, mostBytes: BODY_LIMIT });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  );
  app.post(
    PATHS.enrolments,
    {
      config: { access: 'device' },
      bodyLimit: BODY_LIMIT,
      schema: { tags: ['agent'], summary: 'Enrol a device (docs/protocol.md)' },
    },
    (request, reply) => enrol(request, reply, deps),
  );
}
