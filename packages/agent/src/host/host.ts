import type { Clock, Reason } from '@beadle/shared';
import type { Source } from '../sources/source.ts';

/** What reading a source gave: exactly what it printed, or why it printed nothing that counts. */
export type SourceResult =
  | { readonly kind: 'output'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'unreadable'; readonly reason: Reason; readonly detail?: string };

/**
 * Everything that touches the operating system (two implementations: the machine, and later a recording of one), so
 * that what is seen on any build can be replayed through the same collectors.
 */
export interface Host {
  /** A `process.platform` value. */
  readonly platform: 'linux' | 'win32' | 'darwin';
  /** The kernel's or build's version, such as `6.1.0-56-amd64`. */
  readonly release: string;
  readonly clock: Clock;
  /** Never throws: whatever goes wrong is a reason. */
  read(source: Source): Promise<SourceResult>;
  /** True on mains power or without a battery; heavy sources wait for it. */
  onMainsPower(): Promise<boolean>;
  /** Processes started so far, for the benchmark. */
  readonly started: { readonly processes: number };
}
