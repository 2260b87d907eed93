import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Heap {
  /** In use after a collection, at the beginning and at each twentieth of the run. */
  readonly megabytes: readonly number[];
  /** The slope over the second half, by least squares: bytes a request. */
  readonly bytesPerRequest: number;
  readonly grows: boolean;
}

export interface Meter {
  /** Call after each request with how many there have been. */
  readonly after: (fired: number) => void;
  readonly result: () => Heap;
}

const MEGABYTE = 1e6;
const PARTS = 20;
/** More than this over the second half is a leak: caches and counters have filled up by then. */
const MOST_GROWTH = 5 * MEGABYTE;

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return over / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}

/** Measures the heap twenty times over a run of this many requests, and says so on standard error. */
export function createMeter(requests: number): Meter {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const points: [number, number][] = [];
  const measure = (fired: number): void => {
    collect();
    points.push([fired, process.memoryUsage().heapUsed]);
  };
  const step = Math.max(1, Math.floor(requests / PARTS));
  return {
    after: (fired) => {
      if (fired % step !== 0 && fired !== 1) return;
      measure(fired);
      const megabytes = ((points.at(-1)?.[1] ?? 0) / MEGABYTE).toFixed(1);
      console.error(`${String(fired).padStart(8)} of ${requests}: ${megabytes} MB of heap`);
    },
    result: () => {
      const half = points.slice(Math.floor(points.length / 2));
      const slope = half.length < 3 ? 0 : slopeOf(half);
      return {
        megabytes: points.map(([, bytes]) => Math.round((bytes / MEGABYTE) * 10) / 10),
        bytesPerRequest: Math.round(slope * 10) / 10,
        grows: (slope * requests) / 2 > MOST_GROWTH,
      };
    },
  };
}
