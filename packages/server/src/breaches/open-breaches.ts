import type { Tx } from '../db/database.ts';
import { appendEvents, type BreachEvent, type EventOf } from './events.ts';
import {
  type BreachRow,
  type FindingOf,
  type FindingPlace,
  linkFindings,
  openOrRestored,
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
  restored(about: About): BreachRow | undefined;
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

const isRestored = ({ kind, status, ended_at }: BreachRow): boolean =>
  kind === 'state' && status === 'restored' && ended_at !== null;

const endOf = ({ ended_at }: BreachRow): number => ended_at ?? Number.POSITIVE_INFINITY;

/** `now` is milliseconds since the epoch, by the server's clock. */
export async function openBreaches(tx: Tx, organisation: string, device: string, now: number): Promise<OpenBreaches> {
  const open = new Map<string, BreachRow>();
  const restored = new Map<string, BreachRow>();
  const changed = new Map<string, BreachRow>();
  const events: EventOf[] = [];
  const links: FindingOf[] = [];
  function keep(breach: BreachRow): void {
    const key = keyOf(breach);
    if (breach.ended_at === null) open.set(key, breach);
    else open.delete(key);
    if (isRestored(breach)) restored.set(key, breach);
    else if (restored.get(key)?.id === breach.id) restored.delete(key);
  }
  const known = await openOrRestored(tx, organisation, device, now - COMES_BACK_WITHIN_MS);
  for (const breach of known.toSorted((a, b) => endOf(a) - endOf(b))) keep(breach);
  return {
    get: (about) => open.get(keyOf(about)),
    restored: (about) => restored.get(keyOf(about)),
    add: keep,
    change(breach, standing) {
      const after = { ...breach, ...standing };
      changed.set(breach.id, after);
      keep(after);
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
