import type { Clock, Hindrance, Reason } from '@beadle/shared';
import type { Act, Given } from './act.ts';
import type { Ledger } from '../budget/ledger.ts';
import type { Source } from './source.ts';

/** What reading a source gave: exactly what it printed, or why it printed nothing that counts. */
export type SourceResult =
  | { readonly kind: 'output'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | Unreadable;

/** Results by the source's id. */
export type Outputs = ReadonlyMap<string, SourceResult>;

export interface Request {
  readonly source: Source;
  /** The value of the source's one free argument. */
  readonly parameter?: string | undefined;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: Reason;
  readonly detail?: string;
}

export const unreadable = (reason: Reason, detail?: string): Unreadable =>
  detail === undefined ? { kind: 'unreadable', reason } : { kind: 'unreadable', reason, detail };

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  ENOENT: 'tool-missing',
  ENOTDIR: 'tool-missing',
  EACCES: 'access-denied',
  EPERM: 'access-denied',
};

/** By the error's code; `ENOENT` means the program here, and the file where files are read. */
export function reasonOf(error: unknown, otherwise: Reason): Reason {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASON_OF_CODE[code] ?? otherwise;
}

/** The `process.platform` values that Beadle knows. */
export const PLATFORMS = ['linux', 'win32', 'darwin'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The use of a host, counted against its budgets. */
export interface Usage extends Pick<Ledger, 'begin' | 'network' | 'isPressed' | 'told' | 'kept'> {
  /** Counts what the agent's own process, and the programs that stay, have used since the last look. */
  look(): void;
}

/**
 * Everything that touches the operating system (two implementations: the machine, and a recording of one), so
 * that what is seen on any build can be replayed through the same collectors.
 */
export interface Host {
  readonly platform: Platform;
  /** The kernel's or build's version, such as `6.1.0-56-amd64`. */
  readonly release: string;
  readonly clock: Clock;
  /** Never throws: whatever goes wrong is a reason. `parameter` is the value of the source's one free argument. */
  read(source: Source, parameter?: string): Promise<SourceResult>;
  /** Each source once, in as few processes as it takes; never throws. */
  readAll(requests: readonly Request[]): Promise<Outputs>;
  /** Hands on each line of a stream until it ends or `signal` aborts, and says why it ended. Never rejects. */
  follow(source: Source, onLine: (line: string) => void, signal: AbortSignal): Promise<Unreadable>;
  /** Carries out one of the listed acts, at once whatever else is being read; never throws. */
  act(act: Act, given?: Given): Promise<SourceResult>;
  /** True on mains power or without a battery; heavy sources wait for it. */
  onMainsPower(): Promise<boolean>;
  /** What kept scripts from being run at the last try, if anything; a recording does not tell. */
  readonly hindered?: () => Hindrance | undefined;
  /** What reading has used and may use; a recording costs nothing. */
  readonly usage?: Usage;
  /** Processes started so far, for the benchmark. */
  readonly started: { readonly processes: number };
}
