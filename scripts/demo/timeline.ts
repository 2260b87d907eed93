type Happening = () => Promise<void> | void;

export interface Timeline {
  /** Lets something happen at a moment; what lies in the past happens next. */
  at(time: number, what: Happening): void;
  /** Lets all that is due before `end` happen, in its order; what happens may plan more. */
  run(end: number, arriving: (time: number) => Promise<void> | void): Promise<void>;
}

interface Planned {
  readonly time: number;
  readonly order: number;
  readonly what: Happening;
}

const isBefore = (one: Planned, other: Planned) =>
  one.time < other.time || (one.time === other.time && one.order < other.order);

/** All that is to happen, soonest first; of two things at one moment the one that was planned first. */
export function createTimeline(): Timeline {
  // Latest first, so that the next one is taken off the end.
  const planned: Planned[] = [];
  let order = 0;
  return {
    at(time, what) {
      const one = { time, order: (order += 1), what };
      let [low, high] = [0, planned.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        const there = planned[middle];
        if (there !== undefined && isBefore(one, there)) low = middle + 1;
        else high = middle;
      }
      planned.splice(low, 0, one);
    },
    async run(end, arriving) {
      for (let next = planned.at(-1); next !== undefined && next.time < end; next = planned.at(-1)) {
        planned.pop();
        await arriving(next.time);
        await next.what();
      }
    },
  };
}
