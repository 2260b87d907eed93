import type { Authorisation, DeviceContext, Known, Severity } from '@beadle/shared';
import type { RecalledFinding } from './recalled.ts';

/** A state that a device told and that does not pass. */
export interface ToldState {
  readonly rule: string;
  readonly subject: string;
  readonly check: string;
  readonly verdict: 'fail' | 'unknown';
  readonly reason: string | null;
  readonly severity: Severity;
  /** When the device first saw it so, in milliseconds since the epoch. */
  readonly since: number;
}

export interface ToldFacts {
  /** When they last changed, in milliseconds since the epoch; what is there has been so since then at least. */
  readonly at: number;
  readonly facts: Known<unknown>;
}

/** What the server knows of one device. */
export interface FleetDevice {
  readonly assetTag: string;
  readonly context: DeviceContext;
  readonly lastContactAt: number | null;
  /** The last facts of each check. */
  readonly facts: ReadonlyMap<string, ToldFacts>;
  readonly states: readonly ToldState[];
  /** Open breaches of states. */
  readonly open: readonly { readonly rule: string; readonly subject: string }[];
  readonly events: readonly RecalledFinding[];
  readonly authorisations: readonly Authorisation[];
  /** That of its last call (ISO 3166-1 alpha-2); null where it is not known, or no rule in force asks. */
  readonly country: string | null;
}

/** Whether a device was heard from lately, too long ago, or has never told anything. */
export type FactsAge = 'fresh' | 'old' | 'none';

export interface When {
  readonly now: number;
  /** A device that was last heard from longer ago tells nothing of today. */
  readonly factsAtMostMs: number;
}

export const ageOf = ({ lastContactAt, facts }: FleetDevice, { now, factsAtMostMs }: When): FactsAge => {
  if (facts.size === 0) return 'none';
  return lastContactAt === null || lastContactAt < now - factsAtMostMs ? 'old' : 'fresh';
};
