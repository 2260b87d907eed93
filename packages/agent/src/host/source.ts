/**
 * One command, file or interface of the operating system that the agent may read. The lists in `sources/` are
 * everything that may be run or read (invariant 6), as `beadle-agent sources` prints them.
 */
export interface Source {
  /** Such as `linux/block-devices`; the fixed ids never change their meaning. */
  readonly id: string;
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly reads: CommandSource | StreamSource | FileSource | ProbeSource | ScriptSource;
  readonly privilege: 'none' | 'root';
  /** A stream has none: it ends with the agent. */
  readonly timeLimitMs: number;
  /** More output than this is cut off and counts as unreadable; for a stream, a longer line is dropped. */
  readonly outputLimitBytes: number;
  /** In plain words, for the person whose device it is. */
  readonly why: string;
  /** Read while an order holds: what it uses is counted, and it is not stopped for that. */
  readonly forOrders?: true;
  /** Waits for mains power, and runs again only when one of these paths has changed or a day has passed. */
  readonly heavy?: { readonly changesWith: readonly string[] };
  /**
   * What a recording keeps of the output: all that a collector looks at, and nothing that invariant 10 forbids. Without
   * it the output is kept as it is. Throws where the output is not of its form: then nothing is kept.
   */
  readonly masked?: (output: string) => string;
  /** It is a log: a recording keeps only entries after `since` (milliseconds since the epoch), as invariant 4 wants. */
  readonly loggedAfter?: (output: string, since: number) => string;
}

export interface Program {
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

/**
 * A piece of a script that leaves one answer. Everything of one runner that is due is answered by one process, each
 * piece by a line of its own, so that one that fails or is late takes nothing from the others.
 */
export interface ScriptSource {
  readonly kind: 'script';
  readonly runner: ScriptRunner;
  /** In the runner's language, fixed; a parameter is handed to it as data. The name of a file where it has `scripts`. */
  readonly text: string;
  /** What is read, in words, for `beadle-agent sources`. */
  readonly what: string;
  /** The whole of a parameter is of this form; without it there is none. */
  readonly parameter?: RegExp;
}

export interface ScriptPiece {
  readonly id: string;
  readonly text: string;
  readonly parameter: string | undefined;
  readonly timeLimitMs: number;
}

/**
 * A program that takes a script on its standard input and prints a line of `ScriptAnswer` for each piece, or one of
 * `{"hindered": code}` where the system lets it do nothing.
 */
export interface ScriptRunner extends Program {
  readonly timeLimitMs: number;
  compose(pieces: readonly ScriptPiece[]): string;
  readonly scripts?: ScriptFiles;
  /** Codes on standard error of a system that refused to run it at all. */
  readonly refused?: RegExp;
}

/** Files that a runner runs: only as they were when the agent was built, but for a signature at their end. */
export interface ScriptFiles {
  readonly folder: string;
  /** SHA-256 in hex by the file's name. */
  readonly digests: Readonly<Record<string, string>>;
  /** Those that every piece needs. */
  readonly always: readonly string[];
}

/** `text` is handed on as it is, `data` as JSON; `error` and `hresult` are codes, never sentences. */
export type ScriptAnswer =
  | { readonly id: string; readonly ok: true; readonly data: unknown }
  | { readonly id: string; readonly ok: true; readonly text: string }
  | { readonly id: string; readonly ok: false; readonly error: string; readonly hresult?: string };

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
