import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { parse } from 'node:path';
import type { Reason } from '@beadle/shared';
import { type Act, type Given, programOfAct } from './act.ts';
import { NOT_LISTED, piecesOf, type Program, programOf } from './allow-list.ts';
import { reasonOf, type Request, type SourceResult, type Unreadable, unreadable } from './host.ts';
import { environmentOf } from './environment.ts';
import { follow, killGroup } from './follow.ts';
import type { Meter } from './meter.ts';
import { createLines, createOutput } from './output.ts';
import { allOf, createShares, type Whose } from './shares.ts';
import type { CommandSource, Environment, Program as Runs, ScriptRunner, Source } from './source.ts';

type Read<R> = Source & { readonly reads: R };
type OnLine = (line: string) => void;
/** Gives the id of the request that the line answers, if it does. */
type OnAnswer = (line: string) => string | undefined;

export interface Exec {
  run(source: Source, parameter?: string): Promise<SourceResult>;
  /** All of `requests` by one process; hands on each line as it comes, and says how the process ended. */
  runScript(runner: ScriptRunner, requests: readonly Request[], onAnswer: OnAnswer): Promise<SourceResult>;
  follow(source: Source, onLine: OnLine, signal: AbortSignal): Promise<Unreadable>;
  /** Runs the program of an act, if it is listed and given what it takes. */
  act(act: Act, given: Given): Promise<SourceResult>;
  readonly started: { readonly processes: number };
}

/** Below everything that a person is waiting for, above what runs only on an idle machine. */
const LOW_PRIORITY = 10;

function lower(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  } catch {
    // It has ended already, which is as low as it gets.
  }
}

interface Deps {
  readonly allowed: readonly Source[];
  /** What may be changed; nothing, where none is named. */
  readonly acts?: readonly Act[];
  readonly environment: Environment;
  /** Counts what programs use, where anybody wants to know. */
  readonly meter?: Meter;
}
interface Context extends Deps {
  readonly started: { processes: number };
}

/** What an order changes is not kept waiting behind the person's own work. */
type Started = Omit<Runs, 'args'> & { readonly isUrgent?: boolean };

/**
 * Without `input` there is nothing on standard input, and no pipe: Node's are sockets, on which a `bash -c` that a tool
 * starts takes itself for a remote one and runs ~/.bashrc.
 */
function start(context: Context, file: string, args: readonly string[], reads: Started, input?: string) {
  context.started.processes += 1;
  const env = environmentOf(reads, context.environment);
  // Windows gives a process group of its own a window.
  const detached = process.platform !== 'win32';
  const options = { cwd: parse(file).root, env, detached, shell: false, windowsHide: true } as const;
  const child =
    input === undefined
      ? spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin?.on('error', () => undefined);
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  if (reads.isUrgent !== true) lower(child);
  return child;
}

interface Run {
  readonly reads: Started;
  readonly timeLimitMs: number;
  readonly output: ReturnType<typeof createOutput>;
  readonly whose: Whose;
  readonly input?: string;
}

function runFile(context: Context, file: string, args: readonly string[], one: Run) {
  const { reads, timeLimitMs, output, input } = one;
  return new Promise<SourceResult>((resolve) => {
    const child = start(context, file, args, reads, input);
    const metered = context.meter?.begin(child, one.whose);
    const settle = (result: SourceResult) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    const giveUp = (reason: Reason) => {
      metered?.ending();
      killGroup(child);
      settle(unreadable(reason));
    };
    const timer = setTimeout(giveUp, timeLimitMs, 'timed-out');
    // What an order asks for is counted, and not stopped.
    if (reads.isUrgent !== true) metered?.watchMemory(() => giveUp('over-budget'));
    child.stdout.on('data', (text: string) => metered?.printed(Buffer.byteLength(text)));
    child.stdout.on('data', (text: string) => output.stdout(text) || giveUp('output-too-large'));
    child.stderr.on('data', (text: string) => output.stderr(text) || giveUp('output-too-large'));
    child.on('error', (error) => settle(unreadable(reasonOf(error, 'source-failed'), error.message)));
    child.on('close', (exitCode, signal) => {
      if (exitCode === null) return settle(unreadable('source-failed', `ended by ${signal}`));
      settle({ kind: 'output', exitCode, ...output.end() });
    });
    child.stdin?.end(input);
  });
}

/** By the first of several paths at which there is a program. */
async function firstOf(files: readonly string[], runs: (file: string) => Promise<SourceResult>): Promise<SourceResult> {
  let result: SourceResult = unreadable('tool-missing');
  for (const file of files) {
    result = await runs(file);
    if (result.kind === 'output' || result.reason !== 'tool-missing') break;
  }
  return result;
}

const runFirst = (context: Context, { files, args }: Program, source: Read<CommandSource>) =>
  firstOf(files, (file) => {
    const { reads, timeLimitMs, outputLimitBytes } = source;
    const output = createOutput(outputLimitBytes, reads.keepLines);
    return runFile(context, file, args, { reads, timeLimitMs, output, whose: allOf(source.id) });
  });

const isCommand = (source: Source): source is Read<CommandSource> => source.reads.kind === 'command';

async function run(context: Context, source: Source, parameter?: string): Promise<SourceResult> {
  if (!isCommand(source)) return unreadable('source-failed', 'not a command');
  const program = programOf(context.allowed, source, source.reads, parameter);
  if (program === undefined) return NOT_LISTED;
  const result = await runFirst(context, program, source);
  const { retry } = source.reads;
  const refused = result.kind === 'output' && result.exitCode !== 0 && retry?.onStderr.test(result.stderr) === true;
  return refused ? runFirst(context, { files: program.files, args: retry.args }, source) : result;
}

/** Standard error is for people; more of it than this is a script that went wrong. */
const SCRIPT_ERROR_BYTES = 65_536;

async function runScript(context: Context, runner: ScriptRunner, requests: readonly Request[], onAnswer: OnAnswer) {
  const pieces = piecesOf(context.allowed, runner, requests);
  if (pieces === undefined) return NOT_LISTED;
  const longest = Math.max(...requests.map(({ source }) => source.outputLimitBytes));
  const input = runner.compose(pieces);
  const ids = pieces.map(({ id }) => id);
  return firstOf(runner.files, (file) => {
    const whose = createShares(ids, () => performance.now());
    const output = createLines(longest, SCRIPT_ERROR_BYTES, (line) => {
      const id = onAnswer(line);
      if (id !== undefined) whose.answered(id);
    });
    const { args, timeLimitMs } = runner;
    return runFile(context, file, args, { reads: runner, timeLimitMs, output, whose, input });
  });
}

async function act(context: Context, one: Act, given: Given): Promise<SourceResult> {
  const program = programOfAct(context.acts ?? [], one, given);
  if (program === undefined || one.does.kind !== 'command') return NOT_LISTED;
  const { timeLimitMs, outputLimitBytes } = one;
  const { env = {}, passes = [] } = one.does;
  const input = given.input === undefined ? {} : { input: given.input };
  return firstOf(program.files, (file) => {
    const output = createOutput(outputLimitBytes, undefined);
    const reads = { files: program.files, env, passes, isUrgent: true };
    return runFile(context, file, program.args, { reads, timeLimitMs, output, whose: allOf(one.id), ...input });
  });
}

/** A program that stays, counted for as long as it does. */
function stay(context: Context, id: string, file: string, reads: Runs) {
  const child = start(context, file, reads.args, reads);
  context.meter?.stay(child, id, () => killGroup(child));
  return child;
}

/** The one place that starts processes: from the list, by absolute path, without a shell, within limits. */
export function createExec(deps: Deps): Exec {
  const context = { ...deps, started: { processes: 0 } };
  return {
    started: context.started,
    act: (one, given) => act(context, one, given),
    run: (source, parameter) => run(context, source, parameter),
    runScript: (runner, requests, onAnswer) => runScript(context, runner, requests, onAnswer),
    follow: (source, onLine, signal) =>
      follow({ ...deps, start: (file, reads) => stay(context, source.id, file, reads) }, source, onLine, signal),
  };
}
