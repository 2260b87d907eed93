import type { Restriction, RestrictionKind } from '@beadle/shared';
import type { Host } from '../host/host.ts';

/** What was seen after an act: never what was asked for. `putBack` where somebody else had undone it meanwhile. */
export interface Observed {
  readonly effect: 'in-force' | 'lifted' | 'failed' | 'unsupported';
  /** In words for ICT: "nftables drops all but 192.0.2.1:443". */
  readonly observed: string;
  readonly putBack?: boolean;
}

/** How one kind of restriction is put in force on one platform. Neither function ever rejects on what a tool does. */
export interface Means {
  /** Puts `restrictions`, all of this kind that hold now and one at least, in force, or sees that they still are. */
  hold(restrictions: readonly Restriction[]): Promise<Observed>;
  /** Undoes what `hold` did, and only that. */
  lift(): Promise<Observed>;
  /** Calls `changed` when something happened that `hold` should see to now, until `signal` aborts. Never rejects. */
  watch?(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** Words for the person at the device. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Shown whatever the person is doing; another waits until nothing is being presented. */
  readonly isUrgent: boolean;
}

/** `later`: nobody is there to see it, or it would disturb a presentation. */
export type Shown = { readonly kind: 'shown' | 'later' | 'failed' | 'unsupported'; readonly observed: string };

/** Everything that an order can do on this device. */
export interface Restrictor {
  readonly means: Readonly<Record<RestrictionKind, Means>>;
  show(notice: Notice): Promise<Shown>;
}

/** What is kept from run to run, such as addresses that were known before the network was cut. */
export interface Kept {
  text(name: string): string | undefined;
  set(name: string, value: string | undefined): void;
}

export interface RestrictorDeps {
  readonly host: Pick<Host, 'act' | 'follow' | 'read' | 'clock'>;
  /** The origin of the server. */
  readonly server: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly kept: Kept;
  /** Addresses of a name. Rejects where it has none now. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
}

const cannot = (observed: string): Promise<Observed> => Promise.resolve({ effect: 'unsupported', observed });

/** A kind that this platform has no means for; `why` is told. */
export const unsupported = (why: string): Means => ({
  hold: () => cannot(why),
  lift: () => Promise.resolve({ effect: 'lifted', observed: 'nothing was changed' }),
});
