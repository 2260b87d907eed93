import type { Known, Observation } from '@beadle/shared';
import type { Host, Outputs, Request } from '../host/host.ts';
import type { Source } from '../sources/source.ts';

export type { Outputs } from '../host/host.ts';

/** Turns the sources of one check on one platform into an observation: pure, and knows no policy. */
export interface Collector {
  /** A check's name, such as `disk-encryption`. */
  readonly check: string;
  readonly sources: readonly Source[];
  /** `outputs` has an entry for each of `sources`. `now` is milliseconds since the epoch. */
  collect(outputs: Outputs, now: number): Observation;
}

/** The bookmark before the first entry of a log, for replays, in which every event counts. */
export const FROM_START = '';

/**
 * Reads what the operating system kept while the agent was away, from a persisted bookmark (invariant 4). The first
 * bookmark is the end of the log at enrolment: nothing earlier is ever read.
 */
export interface History {
  readonly check: string;
  /** Names the bookmark, such as `linux/kernel-log`. */
  readonly id: string;
  readonly sources: readonly Source[];
  /**
   * What `end` (without a bookmark) or `since` will read, so that it can be read together with all else that is due.
   * Without this each is read when it is asked for.
   */
  requests?(bookmark: string | undefined): readonly Request[];
  /** The end of the log now. */
  end(host: Host): Promise<Known<string>>;
  /** Events after `bookmark`, oldest first, of the form of the check's events, and the bookmark behind them. */
  since(host: Host, bookmark: string): Promise<Known<Kept>>;
  /** Whether the log still reaches back to `bookmark`; where it does not, `since` tells only what is left. */
  reachesBackTo?(host: Host, bookmark: string): Promise<boolean>;
}

export interface Kept {
  readonly events: readonly unknown[];
  readonly bookmark: string;
}

/** Tells whether the device is on the council's network, from what the system says of its own. */
export interface Place {
  readonly sources: readonly Source[];
  onCouncilNetwork(outputs: Outputs): Known<boolean>;
}

/** One file a platform lists what is collected there. */
export interface PlatformCollectors {
  readonly collectors: readonly Collector[];
  readonly histories: readonly History[];
  readonly place?: Place;
}
