import type { Clock, Random } from '@beadle/shared';
import { type CodeKeys, type MadeRelease, makeRelease } from './codes.ts';

/** Releases for orders to come: the slow hash of each is made before anybody waits for it. */
export interface Releases {
  /** One that nobody else has. */
  readonly take: () => Promise<MadeRelease>;
  /** Makes those that are missing, one after the other; those that serve people call it at their start. */
  readonly fill: () => Promise<void>;
}

interface Deps {
  readonly keys: CodeKeys;
  readonly random: Random;
  readonly clock: Clock;
}

/** As many as somebody orders in a hurry; they hold no secret, and are gone with the process. */
const AHEAD = 8;

export function createReleases({ keys, random, clock }: Deps): Releases {
  const made: MadeRelease[] = [];
  const make = () => makeRelease(clock.now(), { keys, random });
  let [isFilling, isKept] = [false, false];
  const fill = async (): Promise<void> => {
    isKept = true;
    if (isFilling) return;
    isFilling = true;
    try {
      while (made.length < AHEAD) made.push(await make());
    } finally {
      isFilling = false;
    }
  };
  return {
    fill,
    async take() {
      const ready = made.shift();
      // What could not be made ahead is made when it is asked for, and says then why it cannot be.
      if (isKept) fill().catch(() => undefined);
      return ready ?? make();
    },
  };
}
