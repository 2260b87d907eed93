import type { Hindrance } from '@beadle/shared';
import type { Exec } from './exec.ts';
import type { createHeavyCache, Ticket } from './heavy-cache.ts';
import { hindranceIn } from './hindrance.ts';
import type { Request, SourceResult, Unreadable } from './host.ts';
import type { createPower } from './power.ts';
import { byRunner, readScript } from './script.ts';
import type { ScriptRunner, Source } from './source.ts';

interface Deps {
  readonly exec: Exec;
  readonly cache: ReturnType<typeof createHeavyCache>;
  readonly power: ReturnType<typeof createPower>;
  /** Why a source is not to be read for now, if so. */
  readonly refused: (source: Source) => Unreadable | undefined;
}

const runnerOf = ({ reads }: Source) => (reads.kind === 'script' ? reads.runner : undefined);

/** With the question for power, where the same process can answer it. */
function withPower(runner: ScriptRunner, group: readonly Request[], power: Source | undefined): readonly Request[] {
  const isAsked = power === undefined || group.some(({ source }) => source === power);
  return isAsked || runnerOf(power) !== runner ? group : [...group, { source: power }];
}

/** What takes long comes last, so that a process that is ended for being late has answered the rest. */
const heavyLast = (group: readonly Request[]): readonly Request[] =>
  group.toSorted((a, b) => Number(a.source.heavy !== undefined) - Number(b.source.heavy !== undefined));

/** Reads sources that are scripts: all of one runner by one process, but for heavy answers that still serve. */
export function createScripts({ exec, cache, power, refused }: Deps) {
  let hindrance: Hindrance | undefined;

  async function run(runner: ScriptRunner, group: readonly Request[]): Promise<ReadonlyMap<string, SourceResult>> {
    const isPowerAsked = power.source !== undefined && refused(power.source) === undefined;
    const asked = isPowerAsked ? withPower(runner, group, power.source) : group;
    const told = await readScript(exec, runner, heavyLast(asked));
    if (power.source !== undefined) power.heard(told.get(power.source.id));
    if (runner.scripts !== undefined) hindrance = hindranceIn([...told.values()]);
    return told;
  }

  return {
    hindered: () => hindrance,
    async readAll(requests: readonly Request[]): Promise<Map<string, SourceResult>> {
      const results = new Map<string, SourceResult>();
      const due: (Request & { readonly ticket: Ticket })[] = [];
      for (const request of requests) {
        if (results.has(request.source.id) || due.some(({ source }) => source === request.source)) continue;
        const recalled = await cache.recall(request.source);
        const told = 'result' in recalled ? recalled.result : refused(request.source);
        if (told !== undefined) results.set(request.source.id, told);
        else if ('at' in recalled) due.push({ ...request, ticket: recalled });
      }
      for (const [runner, group] of byRunner(due))
        for (const [id, result] of await run(runner, group)) results.set(id, result);
      for (const { source, ticket } of due) {
        const result = results.get(source.id);
        if (result !== undefined) cache.keep(source, ticket, result);
      }
      return results;
    },
  };
}
