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
  type Signer,
  thumbprint,
  verifyingKeyOf,
} from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Value from 'typebox/value';
import type { Admission } from '../admission/admission.ts';
import { admitBy } from '../admission/hooks.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { holdsOnlyKeepable } from '../keepable.ts';
import { keyFor, type ServerKeys } from '../keys/keys.ts';
import { mayEnrolRemotely } from '../organisation/settings.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import { issuePolicy, ordersFor } from '../orders/documents.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';
import type { Settings } from '../settings.ts';
import { provesToken, redeem, REFUSED } from './enrolment.ts';
import type { ByFleetKey, EnrolledBy } from './fleet.ts';
import { isFromOwnMachine } from './own-machine.ts';
import { answerSigned, isGenuine, type SignedRequest, signatureOf } from './signed-request.ts';
import { beginGeneration, tokenById } from './store.ts';
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

/** Before the council has recorded what it must, nothing of a device is kept. */
async function requireRecords(tx: Tx, organisation: string, isOwnMachine: boolean) {
  const council = await readOrganisation(tx, organisation);
  const remote = mayEnrolRemotely(council.settings);
  if (remote.may || isOwnMachine) return council;
  throw problem(
    'records-missing',
    `Before devices are enrolled the council must record: ${remote.missing.join('; ')}.`,
  );
}

/** Who enrolled it, as the audit log has it. */
const actorOf = ({ token }: EnrolmentRequest, { how }: EnrolledBy): string =>
  how === 'token' ? `enrolment-token:${token}` : `fleet-key:${token}`;

/** Everything that an enrolment changes; gives the generation. */
async function change(
  tx: Tx,
  enrolment: EnrolmentRequest,
  device: DeviceRow,
  by: EnrolledBy,
  { clock, announce }: EnrolmentDeps,
): Promise<number> {
  const at = clock.now();
  const { organisation } = device;
  const generation = await beginGeneration(tx, device, enrolment, at);
  // Whoever listens with the key before hears nothing more.
  await announce(tx, { organisation, device: device.id });
  const { platform, serialNumber } = enrolment;
  const act = { organisation, at, actor: actorOf(enrolment, by), action: 'device-enrolled' };
  const approved = by.how === 'approval' ? { approvedBy: by.by } : {};
  const detail = { generation, keyId: thumbprint(enrolment.key), platform, serialNumber, ...approved };
  await recordAct(tx, { ...act, target: `device:${device.asset_tag}`, detail });
  return generation;
}

/** `signer`: of the key that the token carries, which need not be the one of today. */
type AdmitDeps = EnrolmentDeps & { readonly signer: Signer };

async function begin(tx: Tx, enrolment: EnrolmentRequest, device: DeviceRow, by: EnrolledBy, deps: AdmitDeps) {
  const { signer } = deps;
  const at = deps.clock.now();
  const generation = by.how === 'again' ? device.generation : await change(tx, enrolment, device, by, deps);
  const registered = await registeredIn(tx, device.organisation);
  const orders = await ordersFor(tx, asHeld(device, registered), registered, at);
  const issue = { signer, now: at };
  const documents = orders === undefined ? [] : [...(await issuePolicy(tx, device, orders, 0, issue))];
  const { id, asset_tag: assetTag } = device;
  return { kind: 'enrolled', answer: { device: id, assetTag, generation, serverTime: iso(at), documents } } as const;
}

type Pending = Extract<ByFleetKey, { kind: 'pending' }>;

/** In one transaction: what a proven token gives, and all that follows. */
async function admit(tx: Tx, enrolment: EnrolmentRequest, isOwnMachine: boolean, deps: AdmitDeps) {
  const { clock, random } = deps;
  const token = await tokenById(tx, enrolment.token);
  if (token === undefined) throw problem('enrolment-refused', REFUSED);
  const council = await requireRecords(tx, token.organisation, isOwnMachine);
  const redeemed = await redeem(tx, token, enrolment, { now: clock.now(), random });
  if (redeemed.kind === 'pending') return redeemed;
  const { kind, answer } = await begin(tx, enrolment, redeemed.device, redeemed.by, deps);
  return { kind, answer: { ...answer, organisation: council.name } };
}

/** Signed, as a laptop goes by it: 202 while it waits, 403 where ICT has refused it. */
function answerPending(
  reply: FastifyReply,
  pending: Pending,
  protocol: number,
  signed: SignedRequest,
  deps: EnrolmentDeps,
) {
  const { decision, detail, retryAfterSeconds } = pending;
  const told = { protocol, decision, detail, retryAfterSeconds };
  const body: EnrolmentPending = {
    ...told,
    serverKey: keyFor(deps.keys, signed.serverKey).publicJwk,
    serverTime: iso(deps.clock.now()),
  };
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
  if (admitted.kind === 'pending') return answerPending(reply, admitted, protocol, signed, deps);
  const answer: EnrolmentAnswer = { protocol, ...admitted.answer, serverKey };
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
