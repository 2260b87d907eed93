import { CheckInAnswer, type CheckInHeader, iso, LIMITS, PATHS, type PublicJwk, type Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { Identity } from '../identity/identity.ts';
import type { FactRow, Memory } from '../outbox/memory.ts';
import type { Batch, Outbox, Settled } from '../outbox/outbox.ts';
import { type Encoding, exchange, type ExchangeOptions, takeOverCounter } from './exchange.ts';
import type { ServerTime } from './server-time.ts';

export interface CheckInOptions extends Omit<ExchangeOptions, 'signer' | 'server'> {
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly memory: Memory;
  readonly random: Random;
  readonly serverTime: ServerTime;
  readonly about: Pick<CheckInHeader['agent'], 'version' | 'platform' | 'release'>;
  readonly onCouncilNetwork: () => boolean | null;
  readonly policySerial: () => number;
  readonly accept: (documents: readonly string[]) => void;
  /** The server speaks by this key from now on. */
  readonly follow?: ((serverKey: PublicJwk) => void) | undefined;
  /** Told of the server's time of each check-in that was answered. */
  readonly settledAt: (serverTime: string) => void;
  /** Makes each current state a finding again; called within the outbox's transaction. */
  readonly restate: () => void;
}

/** What came of one check-in. `refused` and `no-answer` are tried again later. */
export type CheckedIn =
  | { readonly kind: 'settled' | 'more'; readonly nextSeconds: number }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly retryAfterSeconds: number | undefined;
    }
  | { readonly kind: 'not-genuine' }
  /** Signed: the device has left the council's service. */
  | { readonly kind: 'left-service'; readonly detail: string };

const textOf = (body: unknown, field: string): string =>
  typeof body === 'object' && body !== null && field in body ? String((body as Record<string, unknown>)[field]) : '';

function factsWithin(rows: readonly FactRow[]): FactRow[] {
  let size = 0;
  return rows.filter((row) => (size += row.facts.length) <= LIMITS.factsBytes);
}

function headerOf(options: CheckInOptions, batch: Batch, facts: readonly FactRow[]): CheckInHeader {
  const { outbox, memory, identity } = options;
  return {
    protocol: identity.enrolment.protocol,
    generation: identity.enrolment.generation,
    sentAt: iso(options.clock.now()),
    previous: batch.previous,
    state: { sequence: outbox.position().sequence, digest: memory.digest() },
    agent: { ...options.about, outbox: outbox.waiting() },
    policySerial: options.policySerial(),
    onCouncilNetwork: options.onCouncilNetwork(),
    facts: Object.fromEntries(
      facts.map((row) => [row.check_name, { at: iso(row.at), facts: JSON.parse(row.facts) as unknown }]),
    ),
  };
}

const NEWLINE = Buffer.from('\n');

function write(header: CheckInHeader, bodies: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(JSON.stringify(header)), ...bodies.flatMap((body) => [NEWLINE, body]), NEWLINE]);
}

/** Once an hour at the most, so that a state which can never agree is not stated for ever. */
const RESTATE_EVERY_MS = 3_600_000;

function settle(options: CheckInOptions, batch: Batch, answer: CheckInAnswer, facts: readonly FactRow[]): Settled {
  const { outbox, memory } = options;
  const now = options.serverTime.now();
  return outbox.transaction(() => {
    const settled = outbox.settle(batch, answer, now);
    memory.markFactsSent(facts);
    if (answer.restate && now - outbox.meta.integer('restated_at') >= RESTATE_EVERY_MS) {
      outbox.meta.set('restated_at', now);
      options.restate();
      return 'more';
    }
    return settled;
  });
}

function refusal(answer: Awaited<ReturnType<typeof exchange>>): CheckedIn {
  const { status, body, retryAfterSeconds } = answer;
  return { kind: 'refused', status, code: textOf(body, 'code'), detail: textOf(body, 'detail'), retryAfterSeconds };
}

const Left = Type.Object({
  code: Type.Literal('device-left-service'),
  detail: Type.String(),
  documents: Type.Array(Type.String(), { maxItems: 20 }),
});

/** The server's last word to a device, with what it is to hold to in the end. */
const leftService = (body: unknown): Static<typeof Left> | undefined => (Value.Check(Left, body) ? body : undefined);

/** One check-in: findings and changed facts up; what the server holds, documents and its time down. */
export async function checkIn(options: CheckInOptions, encoding: Encoding, signal: AbortSignal): Promise<CheckedIn> {
  const { outbox, memory, identity, serverTime } = options;
  const batch = outbox.offer(outbox.nextBatch());
  const facts = factsWithin(memory.unsentFacts());
  const answer = await exchange(
    { ...options, signer: identity.signer, server: identity.enrolment.server },
    { path: PATHS.checkIns, body: write(headerOf(options, batch, facts), batch.bodies), encoding },
    identity.serverKey,
    signal,
  );
  if (!answer.signed) return answer.status === 200 ? { kind: 'not-genuine' } : refusal(answer);
  takeOverCounter(options.counter, answer.body);
  const left = leftService(answer.body);
  if (left !== undefined) {
    options.accept(left.documents);
    return { kind: 'left-service', detail: left.detail };
  }
  if (answer.status !== 200 || !Value.Check(CheckInAnswer, answer.body)) return refusal(answer);
  serverTime.heard(Date.parse(answer.body.serverTime), answer.sentAtMonotonic);
  const settled = settle(options, batch, answer.body, facts);
  options.accept(answer.body.documents);
  options.settledAt(answer.body.serverTime);
  if (answer.body.serverKey !== undefined) options.follow?.(answer.body.serverKey);
  return { kind: settled === 'settled' ? 'settled' : 'more', nextSeconds: answer.body.nextCheckInSeconds };
}
