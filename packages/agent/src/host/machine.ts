import { release } from 'node:os';
import { type Clock, overBudgetInWords, type Reason } from '@beadle/shared';
import { Ledger, type OwnUse, type StoppedFor } from '../budget/ledger.ts';
import { type Act, type Given, writeFileAct } from './act.ts';
import { createExec, type Exec } from './exec.ts';
import { files, FileTooLarge, readCapped } from './files.ts';
import { createHeavyCache } from './heavy-cache.ts';
import { type Host, reasonOf, type SourceResult, type Unreadable, unreadable } from './host.ts';
import { createMeter, MEASURE, type Meter, usageOf } from './meter.ts';
import { createPower } from './power.ts';
import { procfs } from './procfs.ts';
import { createScripts } from './script-batch.ts';
import { unfitScript } from './script-files.ts';
import { readScript } from './script.ts';
import type { Environment, FileSource, ProbeSource, Source } from './source.ts';

interface Deps {
  readonly clock: Clock;
  /** Everything that may be run or read; anything else is refused. */
  readonly sources: readonly Source[];
  /** Everything that may be changed; nothing, where none is named. */
  readonly acts?: readonly Act[];
  /** The agent's own environment, of which a source sees only what it names. */
  readonly environment?: Environment;
  readonly log?: { debug(data: object, message: string): void };
  readonly stoppedFor?: (id: string) => StoppedFor;
  /** What this process uses, if not as the system tells. */
  readonly own?: () => OwnUse;
}

/** Where a file or a socket is meant, ENOENT is a source that is not there, not a program. */
function reasonOfRead(error: unknown, otherwise: Reason): Reason {
  if (error instanceof FileTooLarge) return 'output-too-large';
  const reason = reasonOf(error, otherwise);
  return reason === 'tool-missing' ? 'source-missing' : reason;
}

const detailOf = (error: unknown) => (error instanceof Error ? error.message.slice(0, 200) : undefined);

async function readFileSource(reads: FileSource, limit: number): Promise<SourceResult> {
  try {
    return { kind: 'output', exitCode: 0, stdout: await readCapped(reads.path, limit), stderr: '' };
  } catch (error) {
    return unreadable(reasonOfRead(error, 'source-failed'), detailOf(error));
  }
}

type Limits = Pick<Source, 'timeLimitMs' | 'outputLimitBytes'>;

/** A probe that does not answer is left behind; `signal` tells it to stop. */
async function readProbe(reads: ProbeSource, source: Limits, environment: Environment): Promise<SourceResult> {
  const signal = AbortSignal.timeout(source.timeLimitMs);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    const stdout = JSON.stringify(await Promise.race([reads.run(files, signal, environment), late]));
    if (Buffer.byteLength(stdout) > source.outputLimitBytes) return unreadable('output-too-large');
    return { kind: 'output', exitCode: 0, stdout, stderr: '' };
  } catch (error) {
    if (signal.aborted) return unreadable('timed-out');
    return unreadable(reasonOfRead(error, 'source-failed'), detailOf(error));
  }
}

interface Asking {
  readonly exec: Exec;
  readonly meter: Meter;
  readonly environment: Environment;
}

function ask(source: Source, { exec, meter, environment }: Asking, parameter?: string): Promise<SourceResult> {
  const { reads } = source;
  switch (reads.kind) {
    case 'command':
      return exec.run(source, parameter);
    case 'file':
      return meter.inProcess(source.id, () => readFileSource(reads, source.outputLimitBytes));
    case 'probe':
      return meter.inProcess(source.id, () => readProbe(reads, source, environment));
    case 'script':
      return readScript(exec, reads.runner, [{ source, parameter }]).then(
        (results) => results.get(source.id) ?? unreadable('source-failed'),
      );
    case 'stream':
      return Promise.resolve(unreadable('source-failed', 'a stream is followed, not read'));
  }
}

/** Not in turn with what is read: an order is not kept waiting by a check. */
async function carryOut(act: Act, given: Given, exec: Exec, environment: Environment): Promise<SourceResult> {
  switch (act.does.kind) {
    case 'command': {
      const { script } = act.does;
      return (script === undefined ? undefined : await unfitScript(script)) ?? exec.act(act, given);
    }
    case 'file':
      return writeFileAct(act.does, given);
    case 'probe':
      return readProbe(act.does, act, environment);
  }
}

/** One after the other, however each ends. */
function createTurn() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Reading within what a source may use, and the counting of it. */
function createLimited({ clock, sources, acts = [], environment = process.env, stoppedFor, own }: Deps) {
  const stopped = stoppedFor === undefined ? {} : { stoppedFor };
  const ledger = new Ledger({ measure: MEASURE, now: () => clock.now(), ...stopped });
  const meter = createMeter({ ledger, clock, system: procfs, own });
  const exec = createExec({ allowed: sources, acts, environment, meter });
  const refused = ({ id }: Source): Unreadable | undefined => {
    const over = ledger.refusal(id);
    return over === undefined ? undefined : unreadable('over-budget', overBudgetInWords(over));
  };
  return {
    exec,
    refused,
    usage: usageOf(ledger, meter),
    ask: async (source: Source, parameter?: string): Promise<SourceResult> =>
      refused(source) ?? ask(source, { exec, meter, environment }, parameter),
  };
}

/** This machine. One process at a time: a check is never in a hurry, and the person's own work should not notice it. */
export function createMachine(deps: Deps): Host {
  const { clock, sources, acts = [], environment = process.env, log } = deps;
  const { exec, refused, usage, ask: askWithin } = createLimited(deps);
  const power = createPower(sources);
  const cache = createHeavyCache({ clock, onMainsPower: power.onMainsPower });
  const scripts = createScripts({ exec, cache, power, refused });
  const inTurn = createTurn();
  const read = async (source: Source, parameter?: string): Promise<SourceResult> => {
    if (!sources.includes(source)) return unreadable('access-denied', 'not in the list of sources');
    const from = clock.monotonic();
    const result = await inTurn(() => cache.through(source, () => askWithin(source, parameter)));
    log?.debug({ source: source.id, result: result.kind, ms: clock.monotonic() - from }, 'source read');
    return result;
  };
  return {
    platform: process.platform as Host['platform'],
    release: release(),
    clock,
    started: exec.started,
    onMainsPower: power.onMainsPower,
    hindered: scripts.hindered,
    usage,
    read,
    async readAll(requests) {
      const ofScripts = requests.filter(({ source }) => source.reads.kind === 'script' && sources.includes(source));
      const results = await inTurn(() => scripts.readAll(ofScripts));
      for (const { source, parameter } of requests) {
        if (!results.has(source.id)) results.set(source.id, await read(source, parameter));
      }
      return results;
    },
    follow: async (source, onLine, signal) => refused(source) ?? exec.follow(source, onLine, signal),
    async act(act, given = {}) {
      if (!acts.includes(act)) return unreadable('access-denied', 'not in the list of acts');
      const result = await carryOut(act, given, exec, environment);
      log?.debug({ act: act.id, result: result.kind }, 'acted');
      return result;
    },
  };
}
