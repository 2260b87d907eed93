import type { Council } from './council.ts';

async function published({ origin }: Council): Promise<string> {
  const response = await fetch(`${origin}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return response.text();
}

/** What the server counts under this name for check-ins; 0 where it has not counted it yet. */
export async function ofCheckIns(council: Council, name: string): Promise<number> {
  return Number(new RegExp(`^${name}\\{lane="check-ins"\\} (\\S+)`, 'm').exec(await published(council))?.[1] ?? 0);
}

/**
 * Within how many milliseconds this share of the POSTs to a route was answered with 200, by the server's own clock: the
 * bound of the histogram's bucket that it falls into, Infinity beyond the last.
 */
export async function answeredWithin(council: Council, route: string, share: number): Promise<number> {
  const series = /^beadle_request_seconds_bucket\{le="([^"]+)",method="POST",route="([^"]+)",status="200"\} (\d+)/gm;
  const buckets = [...(await published(council)).matchAll(series)]
    .filter(([, , of]) => of === route)
    .map(([, bound, , count]) => ({ ms: bound === '+Inf' ? Infinity : Number(bound) * 1000, count: Number(count) }))
    .toSorted((a, b) => a.ms - b.ms);
  const all = buckets.at(-1)?.count ?? 0;
  if (all === 0) throw new Error(`the server has counted nothing of ${route}`);
  return buckets.find(({ count }) => count >= share * all)?.ms ?? Infinity;
}
