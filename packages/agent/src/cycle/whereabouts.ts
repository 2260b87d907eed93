import { isKnown, type Known, unknown } from '@beadle/shared';
import type { Place } from '../collectors/collector.ts';
import type { Host } from '../host/host.ts';

/** Whether the device is on the council's network, as it was last seen: looked at with each full cycle. */
export function createWhereabouts(place: Place | undefined) {
  let last: Known<boolean> = unknown('not-told');
  return {
    sources: place?.sources ?? [],
    async look(host: Pick<Host, 'readAll'>): Promise<void> {
      if (place === undefined) return;
      try {
        last = place.onCouncilNetwork(await host.readAll(place.sources.map((source) => ({ source }))));
      } catch (error) {
        last = unknown('not-understood', error instanceof Error ? error.message : String(error));
      }
    },
    onCouncilNetwork: (): Known<boolean> => last,
    /** As a check-in tells it: null where it is not known. */
    told: (): boolean | null => (isKnown(last) ? last.known : null),
  };
}

export type Whereabouts = ReturnType<typeof createWhereabouts>;
