import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { NOT_LISTED, programOf } from './allow-list.ts';
import { reasonOf, type Unreadable, unreadable } from './host.ts';
import { createLineSplitter } from './output.ts';
import type { Source, StreamSource } from './source.ts';

type Stream = Source & { readonly reads: StreamSource };
type OnLine = (line: string) => void;
/** As much of a started program as is used. */
interface Child extends EventEmitter {
  readonly pid?: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  kill(signal: 'SIGKILL'): boolean;
}

interface Deps {
  readonly allowed: readonly Source[];
  readonly start: (file: string, reads: StreamSource) => Child;
}

/** The whole group, so that what a tool has started goes with it. */
export function killGroup(child: Pick<Child, 'pid' | 'kill'>): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

interface Followed {
  readonly file: string;
  readonly source: Stream;
  readonly onLine: OnLine;
  readonly signal: AbortSignal;
}

function followFile({ start }: Deps, { file, source, onLine, signal }: Followed) {
  return new Promise<Unreadable>((resolve) => {
    const child = start(file, source.reads);
    const stop = () => killGroup(child);
    const settle = (result: Unreadable) => {
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    const lines = createLineSplitter(source.outputLimitBytes, onLine);
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (text: string) => lines.take(text));
    child.stderr.resume();
    child.on('error', (error: Error) => settle(unreadable(reasonOf(error, 'source-failed'), error.message)));
    child.on('close', () => settle(unreadable(signal.aborted ? 'gone' : 'source-failed')));
  });
}

const isStream = (source: Source): source is Stream => source.reads.kind === 'stream';

/** Hands on what a program that stays prints, until it ends or `signal` aborts. */
export async function follow(deps: Deps, source: Source, onLine: OnLine, signal: AbortSignal): Promise<Unreadable> {
  if (!isStream(source)) return unreadable('source-failed', 'not a stream');
  const program = programOf(deps.allowed, source, source.reads, undefined);
  if (program === undefined) return NOT_LISTED;
  let ended: Unreadable = unreadable('gone');
  for (const file of program.files) {
    if (signal.aborted) break;
    ended = await followFile(deps, { file, source, onLine, signal });
    if (ended.reason !== 'tool-missing') break;
  }
  return ended;
}
