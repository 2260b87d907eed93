import type { PlatformFolder } from '../case.ts';

/** What one capture of `shared/captures/INDEX.tsv` is held to. */
export type Capture = Read | ReadLog | NotApplicable;

interface Read {
  /** As in the first column. */
  readonly path: string;
  /** Of which source this is an output; undefined in `notApplicable`. */
  readonly source: string;
  readonly check: string;
  /** The part of the check's facts that the capture decides, in the form of vitest's `toMatchObject`. */
  readonly facts: object;
  /** What it says of whether this is the council's network, where its source tells that too. */
  readonly onCouncilNetwork?: object;
  /** Where it was printed; on standard error the standard output is empty. */
  readonly stream?: 'stdout' | 'stderr';
  readonly exitCode?: number;
  /** Outputs of other sources that the facts need: text as it is, anything else as JSON. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** From the file's text to what the source prints, where the capture holds more than one source's output. */
  readonly cut?: (text: string) => string;
}

/** An output of a log, which the check's history reads from its start. */
interface ReadLog extends Omit<Read, 'facts' | 'stream' | 'exitCode'> {
  /** All that it tells, in the form of vitest's `toMatchObject`. */
  readonly events: readonly object[];
}

interface NotApplicable {
  readonly path: string;
  /** Why no source of Beadle reads this: another tool, another version, or a form that cannot be asked for. */
  readonly notApplicable: string;
}

export interface PlatformCaptures {
  readonly platform: PlatformFolder;
  readonly captures: readonly Capture[];
}
