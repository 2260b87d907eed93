import { iso } from '@beadle/shared';
import { faultOf, UsageError } from '../errors.ts';
import { requireRoom } from '../identity/identity.ts';
import { noteWaiting, type Waiting, waitingKey } from '../identity/waiting.ts';
import { type BackOff, delayAfter } from '../uplink/backoff.ts';
import { askToEnrol, type EnrolOptions, type EnrolmentOutcome } from '../uplink/enrol.ts';
import type { Transport } from '../uplink/transport.ts';
import { beginEnrolment, type BeginDeps } from './begin.ts';

export interface FleetDeps extends BeginDeps {
  readonly token: string;
  readonly transport: (server: string) => Transport;
  /** What this laptop tells of itself, read anew each time. */
  readonly about: () => Promise<EnrolOptions['about']>;
  /** It is enrolled: the key is of no more use on this laptop. */
  readonly spent: () => void;
}

const BACK_OFF: BackOff = { firstMs: 10_000, mostMs: 3_600_000 };
const TIME_LIMIT_MS = 60_000;

type State = Waiting['state'];

const NOT_GENUINE =
  'What answered is not the server that the key was made by: something between may be pretending to be it.';

function wordsOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return `The server does not answer: ${error instanceof Error ? error.message : String(error)}`;
}

/** How an outcome is noted; undefined for the enrolment itself. */
function standingOf(outcome: EnrolmentOutcome): { readonly state: State; readonly detail: string } | undefined {
  switch (outcome.kind) {
    case 'enrolled':
      return undefined;
    case 'pending':
      return { state: outcome.pending.decision, detail: outcome.pending.detail };
    case 'refused':
      return { state: outcome.status === 403 ? 'not-valid' : 'not-asked', detail: outcome.detail };
    case 'not-genuine':
      return { state: 'not-asked', detail: NOT_GENUINE };
  }
}

/** Asks once; what an enrolment settles is kept before anything else. */
async function ask(deps: FleetDeps, signal: AbortSignal): Promise<EnrolmentOutcome> {
  const { server, token, clock } = deps;
  const transport = deps.transport(server);
  try {
    const options = { server, token, key: waitingKey(deps.data), transport, clock, about: await deps.about() };
    const outcome = await askToEnrol(options, AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]));
    if (outcome.kind === 'enrolled') beginEnrolment(options.key, outcome.answer, deps);
    return outcome;
  } finally {
    await transport.close();
  }
}

/** Notes how the laptop stands, and says so in the log where that has changed. */
function createNotes({ data, server, clock, log }: FleetDeps) {
  let said: string | undefined;
  return (state: State, detail: string): void => {
    noteWaiting(data, { server, state, detail, askedAt: iso(clock.now()) });
    if (said !== state + detail) log.info({ state, detail }, 'this device is not enrolled yet');
    said = state + detail;
  };
}

/** Never sooner than was said, and up to half as much later. What nobody has signed silences it for an hour at most. */
function createPauses({ random }: FleetDeps) {
  let failures = 0;
  const backOff = () => delayAfter((failures += 1), BACK_OFF, random);
  const after = (outcome: EnrolmentOutcome): number => {
    const spread = 1 + random.fraction() / 2;
    if (outcome.kind === 'pending') {
      failures = 0;
      return Math.ceil(outcome.pending.retryAfterSeconds * 1000 * spread);
    }
    const told = outcome.kind === 'refused' ? (outcome.retryAfterSeconds ?? 0) : 0;
    return Math.max(backOff(), Math.min(told * 1000, BACK_OFF.mostMs) * spread);
  };
  return { backOff, after };
}

/**
 * Enrols this laptop with the key that came with its installation, without a word to whoever uses it: asks, waits as long
 * as the server says, and asks again. Gives how long to wait in milliseconds, 0 once it is enrolled.
 */
export function createFleetEnrolment(deps: FleetDeps): (signal: AbortSignal) => Promise<number> {
  const note = createNotes(deps);
  const pauses = createPauses(deps);
  return async (signal) => {
    requireRoom(deps.data);
    try {
      const outcome = await ask(deps, signal);
      const standing = standingOf(outcome);
      if (standing === undefined) {
        deps.spent();
        deps.log.info('this device has been enrolled');
        return 0;
      }
      note(standing.state, standing.detail);
      return pauses.after(outcome);
    } catch (error) {
      if (faultOf(error) !== undefined) throw error;
      if (!signal.aborted) note('not-asked', wordsOf(error));
      return pauses.backOff();
    }
  };
}
