import { isKnown, type Known, type Observation } from '@beadle/shared';
import type { Collector, History, Outputs } from '../collectors/collector.ts';
import type { Host, SourceResult } from '../host/host.ts';

/** Reads each source once, one after the other, however many collectors want it. */
async function readSources(host: Host, collectors: readonly Collector[]): Promise<Outputs> {
  const outputs = new Map<string, SourceResult>();
  for (const source of collectors.flatMap((collector) => collector.sources)) {
    if (!outputs.has(source.id)) outputs.set(source.id, await host.read(source));
  }
  return outputs;
}

/** Facts of each collector's check. A collector that breaks on its input cannot tell; the others go on. */
export async function observe(
  host: Host,
  collectors: readonly Collector[],
  now: number,
): Promise<Map<string, Observation>> {
  const outputs = await readSources(host, collectors);
  return new Map(
    collectors.map((collector) => {
      try {
        return [collector.check, collector.collect(outputs, now)];
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return [collector.check, { facts: { unknown: 'not-understood', detail }, events: [] }];
      }
    }),
  );
}

export interface Read {
  readonly history: History;
  readonly events: readonly unknown[];
  /** Where to read on next time; undefined where the log could not be read. */
  readonly bookmark: string | undefined;
  /** True where this was the first look: the bookmark is the log's end, and nothing before it counts. */
  readonly first: boolean;
  /** False where it could not be read, or no longer holds all that came after the bookmark. */
  readonly whole: boolean;
}

/**
 * What each log kept since its bookmark; the first bookmark is its end now (invariant 4). After a time that nobody saw
 * (`wasOff`) it is also asked whether it still reaches back so far.
 */
export async function readHistories(
  host: Host,
  histories: readonly History[],
  { bookmarkOf, wasOff }: { bookmarkOf: (id: string) => string | undefined; wasOff: boolean },
): Promise<Read[]> {
  const read: Read[] = [];
  for (const history of histories) {
    const bookmark = bookmarkOf(history.id);
    if (bookmark === undefined) {
      const end = await history.end(host);
      read.push({
        history,
        events: [],
        bookmark: isKnown(end) ? end.known : undefined,
        first: true,
        whole: isKnown(end),
      });
      continue;
    }
    const whole = !wasOff || (await history.reachesBackTo?.(host, bookmark)) !== false;
    const since: Known<{ events: readonly unknown[]; bookmark: string }> = await history.since(host, bookmark);
    if (isKnown(since))
      read.push({ history, events: since.known.events, bookmark: since.known.bookmark, first: false, whole });
    else read.push({ history, events: [], bookmark: undefined, first: false, whole: false });
  }
  return read;
}
