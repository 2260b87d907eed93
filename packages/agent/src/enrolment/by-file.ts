import { rmSync, statSync, writeFileSync } from 'node:fs';
import { iso } from '@beadle/shared';
import { faultOf, UsageError } from '../errors.ts';
import { loadIdentity, requireRoom } from '../identity/identity.ts';
import { readLeftService } from '../identity/left-service.ts';
import { noteWaiting, type Waiting, waitingKey } from '../identity/waiting.ts';
import { type BackOff, delayAfter } from '../uplink/backoff.ts';
import { askToEnrol, type EnrolOptions, type EnrolmentOutcome, refuseUnsafeServer } from '../uplink/enrol.ts';
import type { Transport } from '../uplink/transport.ts';
import { beginEnrolment, type BeginDeps } from './begin.ts';
import { type EnrolmentFile, readEnrolment } from './file.ts';

export interface ByFileDeps extends Omit<BeginDeps, 'server'> {
  /** The file; beside it `PATH.refused` says in words why it did not enrol, for whoever put it there. */
  readonly path: string;
  readonly transport: (server: string) => Transport;
  /** What this device tells of itself, read anew each time. */
  readonly about: () => Promise<EnrolOptions['about']>;
}

const BACK_OFF: BackOff = { firstMs: 30_000, mostMs: 3_600_000 };
const TIME_LIMIT_MS = 60_000;

const NOT_GENUINE =
  'What answered is not the server that the token was made by: something between may be pretending to be it.';

type Standing = Pick<Waiting, 'state' | 'detail'>;

/** How an outcome is noted; undefined for the enrolment itself. */
function standingOf(outcome: EnrolmentOutcome, server: string): Standing | undefined {
  switch (outcome.kind) {
    case 'enrolled':
      return undefined;
    case 'pending':
      return { state: outcome.pending.decision, detail: outcome.pending.detail };
    case 'refused': {
      const detail = `The server at ${server} did not enrol this device: ${outcome.detail}`;
      return { state: outcome.status === 403 ? 'not-valid' : 'not-asked', detail };
    }
    case 'not-genuine':
      return { state: 'not-asked', detail: NOT_GENUINE };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Where nothing comes back that is said in words, so that it is not taken for an error of this program. */
const telling = (inner: Transport): Transport => ({
  ...inner,
  send: (request, signal) =>
    inner.send(request, signal).catch((cause: unknown) => {
      throw new UsageError(`The server does not answer: ${messageOf(cause)}`, { cause });
    }),
});

const wordsOf = (error: unknown): string =>
  error instanceof UsageError
    ? error.message
    : `This device could not ask, by an error of the agent: ${messageOf(error)}`;

/** By which a file that was put there anew is known; undefined where there is none. */
function printOf(path: string): string | undefined {
  const about = statSync(path, { throwIfNoEntry: false });
  return about === undefined ? undefined : `${about.ino} ${about.mtimeMs} ${about.size}`;
}

/** One whose files are damaged is not, nor one that has left service: enrolling it again is what mends it. */
function isEnrolled(data: string): boolean {
  try {
    return loadIdentity(data) !== undefined && readLeftService(data) === undefined;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Asks once; what an enrolment settles is kept before anything else. */
async function ask(server: string, token: string, deps: ByFileDeps, signal: AbortSignal): Promise<EnrolmentOutcome> {
  const transport = telling(deps.transport(server));
  try {
    const { clock } = deps;
    const options = { server, token, key: waitingKey(deps.data), transport, clock, about: await deps.about() };
    const outcome = await askToEnrol(options, AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]));
    if (outcome.kind === 'enrolled') beginEnrolment(options.key, outcome.answer, { ...deps, server });
    return outcome;
  } finally {
    await transport.close();
  }
}

/** What cannot be taken away or written down is no reason not to run. */
function orTell({ log, path }: ByFileDeps, write: () => void): void {
  try {
    write();
  } catch (error) {
    log.error({ file: path, error: String(error) }, 'the folder of the enrolment file cannot be changed');
  }
}

/** Keeps how the device stands for `status` and for whoever put the file there, and says so in the log where that has changed. */
function createNotes(deps: ByFileDeps) {
  const { path, data, clock, log } = deps;
  let said: string | undefined;
  return (server: string | null, { state, detail }: Standing): void => {
    const askedAt = iso(clock.now());
    noteWaiting(data, { server, state, detail, askedAt });
    orTell(deps, () => {
      if (state === 'waiting') rmSync(`${path}.refused`, { force: true });
      else writeFileSync(`${path}.refused`, `${askedAt} ${detail}\n`, { mode: 0o600 });
    });
    if (said !== state + detail) log.warn({ file: path, state, detail }, 'this device is not enrolled yet');
    said = state + detail;
  };
}

/** Never sooner than was said, and up to half as much later. What nobody has signed silences it for an hour at most. */
function createPauses({ random }: ByFileDeps) {
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

/** One attempt; gives how long to wait in milliseconds, 0 once the device is enrolled. Rejects with what `faultOf` knows. */
function createAttempt(deps: ByFileDeps) {
  const note = createNotes(deps);
  return async (pauses: ReturnType<typeof createPauses>, signal: AbortSignal): Promise<number> => {
    let server: string | null = null;
    try {
      const file: EnrolmentFile = readEnrolment(deps.path);
      server = refuseUnsafeServer(file.server, file.allowPlainHttp).origin;
      requireRoom(deps.data);
      const outcome = await ask(server, file.token, deps, signal);
      const standing = standingOf(outcome, server);
      if (standing === undefined) return 0;
      note(server, standing);
      return pauses.after(outcome);
    } catch (error) {
      if (faultOf(error) !== undefined) throw error;
      if (!signal.aborted && !(error instanceof UsageError))
        deps.log.error({ err: error }, 'this device could not ask to be enrolled');
      if (!signal.aborted) note(server, { state: 'not-asked', detail: wordsOf(error) });
      return pauses.backOff();
    }
  };
}

/**
 * Enrols a device that is not enrolled by the file that was put down for it, without a word to whoever uses it: asks,
 * waits as long as the server says, and asks again; takes the file away once it is used. Call it every now and then. True
 * where the file is there and is tried again later; a file that was put there anew is tried at once.
 */
export function createEnrolmentByFile(deps: ByFileDeps): (signal: AbortSignal) => Promise<boolean> {
  const { path, data, clock, log } = deps;
  const attempt = createAttempt(deps);
  let last = { print: '', pauses: createPauses(deps), until: 0 };

  function used(words: string): boolean {
    orTell(deps, () => [path, `${path}.refused`].forEach((one) => rmSync(one, { force: true })));
    log.info({ file: path }, words);
    return false;
  }

  return async (signal) => {
    const print = printOf(path);
    if (print === undefined) return false;
    if (isEnrolled(data)) return used('this device is enrolled: the file is not used, and was taken away');
    if (last.print !== print) last = { print, pauses: createPauses(deps), until: 0 };
    if (clock.monotonic() < last.until) return true;
    const waitMs = await attempt(last.pauses, signal);
    if (waitMs === 0) return used('this device has been enrolled');
    last.until = clock.monotonic() + waitMs;
    return true;
  };
}
