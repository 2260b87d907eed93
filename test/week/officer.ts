import type { Council } from '../support/council.ts';
import { localTime } from './calendar.ts';
import type { Planted } from './planted.ts';

const OFFICER = 'information-security-team-leader';
/** Devices that are not heard from are shown in the list of the week. */
const WEEKLY = 'contact';

/** One thing that the officer is shown: a notice, or what stands in the queue without one. */
export interface Item {
  readonly at: number;
  readonly words: string;
  readonly breaches: readonly string[];
}

export async function breachesOf(council: Council) {
  return council
    .db()
    .selectFrom('breaches')
    .leftJoin('devices', 'devices.id', 'breaches.device')
    .selectAll('breaches')
    .select('devices.asset_tag')
    .orderBy('breaches.opened_at')
    .execute();
}
export type Breach = Awaited<ReturnType<typeof breachesOf>>[number];

/** With those that joined an item after its message had left: that message tells of them. */
function withJoined(
  about: readonly string[],
  breaches: readonly Breach[],
  clusterOf: ReadonlyMap<string, string | null>,
): string[] {
  const clusters = new Set(about.flatMap((id) => clusterOf.get(id) ?? []));
  const joined = breaches.filter(({ cluster }) => cluster !== null && clusters.has(cluster)).map(({ id }) => id);
  return [...new Set([...about, ...joined])];
}

/** Everything that the officer has been shown, oldest first. A list or a message about many is one. */
export async function itemsOf(council: Council, breaches: readonly Breach[]): Promise<Item[]> {
  const forOfficer = council.db().selectFrom('notices').selectAll().where('role', '=', OFFICER);
  // What goes to the deputy, as nobody acknowledged it, is not the officer's.
  const rows = await forOfficer.where('standing', 'is', null).execute();
  const clusterOf = new Map(breaches.map(({ id, cluster }) => [id, cluster]));
  const notices = rows.map(({ created_at, title, breaches: about }) => ({
    at: created_at,
    words: title,
    breaches: withJoined(JSON.parse(about) as string[], breaches, clusterOf),
  }));
  const told = new Set(notices.flatMap(({ breaches: about }) => about));
  const untold = breaches
    .filter(({ id, check_name }) => !told.has(id) && check_name !== WEEKLY)
    .map(({ id, opened_at, rule }) => ({ at: opened_at, words: `${rule}, without a notice`, breaches: [id] }));
  return [...notices, ...untold].toSorted((a, b) => a.at - b.at);
}

export const perDay = <T>(items: readonly T[], at: (item: T) => number): Map<string, T[]> =>
  Map.groupBy(items, (item) => localTime(at(item)).day);

export interface Outcome {
  readonly planted: Planted;
  readonly assetTag: string;
  /** Undefined where the officer was not shown it. */
  readonly shown: Item | undefined;
}

/** Of one planted case: the item that shows the breach of its device, rule and time. */
export function outcomeOf(
  planted: Planted,
  assetTag: string,
  { breaches, items }: { readonly breaches: readonly Breach[]; readonly items: readonly Item[] },
): Outcome {
  const own = new Set(
    breaches
      .filter(({ asset_tag, rule, opened_at }) => {
        const isRule = planted.by === 'report' ? rule === null || rule === '' : rule === planted.rule;
        return asset_tag === assetTag && (isRule || planted.by === 'report') && opened_at >= planted.at;
      })
      .map(({ id }) => id),
  );
  return { planted, assetTag, shown: items.find((item) => item.breaches.some((id) => own.has(id))) };
}
