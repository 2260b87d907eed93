import type { Tx } from '../db/database.ts';
import { appendEvents, type BreachEvent, type EventOf } from './events.ts';
import {
  type BreachRow,
  type FindingOf,
  type FindingPlace,
  linkFindings,
  openBreachesOf,
  restoredSince,
  type Standing,
  writeStanding,
} from './store.ts';

/** What makes two failings of one device the same breach. */
export const keyOf = (about: { readonly rule: string; readonly subject: string; readonly kind: string }): string =>
  JSON.stringify([about.rule, about.subject, about.kind]);

/** A state that fails again within this of complying is the same breach, come back. */
const COMES_BACK_WITHIN_MS = 7 * 86_400_000;

type About = Parameters<typeof keyOf>[0];

/**
 * A device's open breaches, locked, while its findings are held against them. What becomes of them is read here at once
 * and written by `settle`, a table at a time: a batch of fifty findings costs what a batch of one does.
 */
export interface OpenBreaches {
  get(about: About): BreachRow | undefined;
  /** A state's last breach that ended by itself, not long ago: it comes back rather than a new one opens. */
  restored(about: About): Promise<BreachRow | undefined>;
  /** One that has just been written as it is. */
  add(breach: BreachRow): void;
  /** Open or ended by this; one that had ended is open again where `standing` says so. */
  change(breach: BreachRow, standing: Partial<Standing>): void;
  /** For its timeline. */
  tell(breach: BreachRow, event: BreachEvent): void;
  /** A finding that the breach rests on. */
  link(breach: BreachRow, place: FindingPlace): void;
  /** Has to be waited for before anything of breaches is read from the database, and at the end. */
  settle(): Promise<void>;
}

const byKey = (breaches: readonly BreachRow[]) => new Map(breaches.map((breach) => [keyOf(breach), breach]));

/** `now` is milliseconds since the epoch, by the server's clock. */
export async function openBreaches(tx: Tx, organisation: string, device: string, now: number): Promise<OpenBreaches> {
  const open = byKey(await openBreachesOf(tx, organisation, device));
  const changed = new Map<string, BreachRow>();
  const events: EventOf[] = [];
  const links: FindingOf[] = [];
  const since = now - COMES_BACK_WITHIN_MS;
  const readRestored = async () => byKey(await restoredSince(tx, organisation, device, since));
  /** Read only where a failing is not of an open breach; what ends or comes back from then on is kept here. */
  let restored: Map<string, BreachRow> | undefined;
  return {
    get: (about) => open.get(keyOf(about)),
    async restored(about) {
      restored ??= await readRestored();
      return restored.get(keyOf(about));
    },
    add: (breach) => void open.set(keyOf(breach), breach),
    change(breach, standing) {
      const key = keyOf(breach);
      const after = { ...breach, ...standing };
      changed.set(breach.id, after);
      if (after.ended_at === null) open.set(key, after);
      else open.delete(key);
      if (after.status === 'restored') restored?.set(key, after);
      else if (restored?.get(key)?.id === breach.id) restored.delete(key);
    },
    tell: ({ id }, event) => void events.push({ breach: id, event }),
    link: ({ id }, place) => void links.push({ breach: id, place }),
    async settle() {
      for (const breach of changed.values()) await writeStanding(tx, breach);
      changed.clear();
      await linkFindings(tx, organisation, device, links.splice(0));
      await appendEvents(tx, organisation, events.splice(0));
    },
  };
}
