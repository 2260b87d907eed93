/**
 * One command, file or interface of the operating system that the agent may read. The lists in `sources/` are
 * everything that may be run or read (invariant 6), as `beadle-agent sources` prints them.
 */
export interface Source {
  /** Such as `linux/block-devices`; the fixed ids never change their meaning. */
  readonly id: string;
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly reads: CommandSource | StreamSource | FileSource | ProbeSource;
  readonly privilege: 'none' | 'root';
  /** A stream has none: it ends with the agent. */
  readonly timeLimitMs: number;
  /** More output than this is cut off and counts as unreadable; for a stream, a longer line is dropped. */
  readonly outputLimitBytes: number;
  /** In plain words, for the person whose device it is. */
  readonly why: string;
  /** Waits for mains power, and runs again only when one of these paths has changed or a day has passed. */
  readonly heavy?: { readonly changesWith: readonly string[] };
}

interface Program {
  /** Absolute paths, tried in order until one exists. */
  readonly files: readonly string[];
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of the agent's own environment that this program may see. */
  readonly passes?: readonly string[];
}

export interface CommandSource extends Program {
  readonly kind: 'command';
  /** Other arguments for an older version of the program, which refuses the first ones with this on standard error. */
  readonly retry?: { readonly onStderr: RegExp; readonly args: readonly string[] };
  /** The one argument that may differ from run to run: `prefix` and a value of exactly this form, put last. */
  readonly parameter?: { readonly prefix: string; readonly pattern: RegExp };
  /** Only these lines are kept; the rest is dropped as it arrives and is never held, recorded or sent. */
  readonly keepLines?: RegExp;
}

/** A program that stays and prints a line whenever something happens. */
export interface StreamSource extends Program {
  readonly kind: 'stream';
}

export interface FileSource {
  readonly kind: 'file';
  readonly path: string;
}

/** JSON that the agent's own code makes of a few files or of one local socket. */
export interface ProbeSource {
  readonly kind: 'probe';
  /** What is read, in words, for `beadle-agent sources`. */
  readonly what: string;
  run(files: Files, signal: AbortSignal, environment: Environment): Promise<unknown>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The little of a file system that probes use, so that they can be tried on a made-up one. */
export interface Files {
  /** Text of a small file; throws as `node:fs` does. */
  readText(path: string): Promise<string>;
  /** Milliseconds since the epoch; throws where there is no such path. */
  modifiedAt(path: string): Promise<number>;
  list(path: string): Promise<readonly string[]>;
}
