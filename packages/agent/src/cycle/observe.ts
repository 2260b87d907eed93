import { isKnown, type Known, type Observation } from '@beadle/shared';
import type { Collector, History } from '../collectors/collector.ts';
import type { Host, Request, SourceResult } from '../host/host.ts';

/** Facts of each collector's check. A collector that breaks on its input cannot tell; the others go on. */
export async function observe(
  host: Pick<Host, 'readAll'>,
  collectors: readonly Collector[],
  now: number,
): Promise<Map<string, Observation>> {
  const outputs = await host.readAll(requestsOf(collectors));
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

/** Each source once, however many collectors want it. */
const requestsOf = (collectors: readonly Pick<Collector, 'sources'>[]): readonly Request[] =>
  [...new Set(collectors.flatMap(({ sources }) => sources))].map((source) => ({ source }));

type BookmarkOf = (id: string) => string | undefined;

/**
 * The host as a cycle uses it: everything that scripts answer is read at its beginning, together, and given from there.
 * What is a process, a file or a socket of its own is read when it is asked for.
 */
export async function readAhead(
  host: Host,
  collectors: readonly Pick<Collector, 'sources'>[],
  histories: readonly History[],
  bookmarkOf: BookmarkOf,
): Promise<Host> {
  const keyOf = ({ source, parameter }: Request) => JSON.stringify([source.id, parameter ?? null]);
  const wanted = [
    ...requestsOf(collectors),
    ...histories.flatMap((history) => history.requests?.(bookmarkOf(history.id)) ?? []),
  ].filter(({ source }) => source.reads.kind === 'script');
  // Once, and as early as anybody wants it: a log's extent is known before what is in it.
  const all = [...new Map(wanted.map((request) => [keyOf(request), request])).values()];
  if (all.length === 0) return host;
  const outputs = await host.readAll(all);
  const read = new Map(
    all.flatMap((request) => {
      const result = outputs.get(request.source.id);
      return result === undefined ? [] : [[keyOf(request), result] as const];
    }),
  );
  const one: Host['read'] = async (source, parameter) =>
    read.get(keyOf({ source, parameter })) ?? host.read(source, parameter);
  return {
    ...host,
    read: one,
    async readAll(requests) {
      const results = new Map<string, SourceResult>();
      for (const { source, parameter } of requests) results.set(source.id, await one(source, parameter));
      return results;
    },
  };
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
  { bookmarkOf, wasOff }: { readonly bookmarkOf: BookmarkOf; readonly wasOff: boolean },
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
