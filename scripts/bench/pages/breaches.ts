import type { Tx } from '../../../packages/server/src/db/database.ts';
import { referenceOf } from '../../../packages/server/src/db/references.ts';
import { newId } from '../../../packages/server/src/ids.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { type Breach, breachRow } from './breach-row.ts';
import type { CouncilDevice } from './devices.ts';
import { type Dice, dice, randomOf } from './dice.ts';
import { insertAll } from './insert.ts';
import { NOW, SIZES, YEAR_MS } from './sizes.ts';

const organisation = ORGANISATION;

/** A device has one open breach of a kind, a rule and a subject at a time. */
function withoutTwins(breaches: readonly Breach[]): Breach[] {
  const seen = new Set<string>();
  return breaches.filter(({ device, rule, subject, kind, ended_at: ended }) => {
    if (typeof ended === 'number' || kind === 'person') return true;
    const key = JSON.stringify([device, rule, subject]);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** What comes again and again: a memory stick on the device that has most findings. */
function recurringOf(breach: Breach, devices: readonly CouncilDevice[]): Breach {
  const device = devices[0];
  if (device === undefined) return breach;
  const count = Math.min(SIZES.recurrences, device.findings);
  return {
    ...breach,
    device: device.id,
    kind: 'event',
    rule: 'memory-sticks',
    subject: 'ALWAYS',
    duty: 'holder',
    count,
  };
}

interface Event {
  readonly type: string;
  readonly at: number;
  readonly actor?: string;
  readonly detail?: object;
}

/** The timeline that its life has left. */
function eventsOf(breach: Breach): Event[] {
  const at = (time: number | null | undefined, type: string, more: object = {}): Event[] =>
    typeof time === 'number' ? [{ type, at: time, ...more }] : [];
  const by = { actor: 'session:Ann Officer' };
  return [
    { type: breach.kind === 'person' ? 'reported' : 'opened', at: breach.opened_at },
    ...at(breach.notified_at, 'notified', { detail: { role: 'information-security-team-leader' } }),
    ...Array.from({ length: breach.count - 1 }, (_, index): Event => {
      return { type: 'joined', at: breach.opened_at + index, detail: { count: index + 2 } };
    }),
    ...at(breach.acknowledged_at, 'acknowledged', by),
    ...at(breach.triaged_at, 'triaged', { ...by, detail: { decision: breach.triage, reason: 'As was said.' } }),
    ...at(breach.contained_at, 'contained', { ...by, detail: { measures: 'The bag was fetched.' } }),
    ...at(breach.assessed_at, 'assessed', { ...by, detail: { severity: 'high', reasons: 'As was said.' } }),
    ...at(breach.ended_at, breach.status === 'restored' ? 'restored' : 'closed', by),
  ];
}

const eventRows = (breach: Breach) =>
  eventsOf(breach).map(({ type, at, actor = 'beadle', detail = {} }, index) => ({
    organisation,
    breach: breach.id,
    sequence: index + 1,
    at,
    actor,
    type,
    detail: JSON.stringify(detail),
  }));

/** The findings that it rests on: of its device, one beside the other. */
function findingRows(breach: Breach, byId: ReadonlyMap<string, CouncilDevice>, rolled: Dice) {
  const device = byId.get(breach.device ?? '');
  if (device === undefined || breach.kind === 'person' || device.findings === 0) return [];
  const count = Math.min(breach.count, device.findings);
  const first = rolled.below(device.findings - count + 1) + 1;
  return Array.from({ length: count }, (_, index) => ({
    organisation,
    breach: breach.id,
    device: device.id,
    generation: 1,
    sequence: first + index,
  }));
}

/** Of ICT's breaches, those of one rule and one week are one item. */
function gather(breaches: readonly Breach[], rolled: Dice) {
  const weeks = Map.groupBy(
    breaches.filter(({ duty, kind }) => duty === 'ict' && kind === 'state'),
    ({ rule, opened_at: at }) => `${rule} ${Math.floor(at / (7 * 86_400_000))}`,
  );
  return [...weeks.values()].flatMap((members, index) => {
    const [first] = members;
    if (first === undefined || rolled.percent(30)) return [];
    const id = newId(first.opened_at, randomOf(rolled));
    for (const member of members) member.cluster = id;
    const isOpen = members.some(({ ended_at: ended }) => ended === null);
    const ref = referenceOf('clusters', '2026', index + 1);
    const last = members.at(-1)?.opened_at ?? first.opened_at;
    const { rule, clause } = first;
    const cause = { cause_key: JSON.stringify([rule, index]), rule, clause, cause: '{}' };
    const times = { opened_at: first.opened_at, last_at: last, ended_at: isOpen ? null : last, notice: null };
    return [{ organisation, id, ref, ...cause, ...times, breaches: members.length }];
  });
}

/** The id of a breach's to-do, where it has one. */
export const actionOf = ({ id }: Breach): string => `${id}-1`;

/** To-dos of those that were confirmed. */
const actionRows = (breaches: readonly Breach[]) =>
  breaches
    .filter(({ triage }) => triage === 'confirmed')
    .map((breach) => ({ ...breach, action: actionOf(breach) }))
    .map(({ id, action, opened_at: at, ended_at: ended }) => ({
      organisation,
      id: action,
      breach: id,
      title: 'Ask the train company',
      owner: 'Sam Rivers',
      due_at: at + 7 * 86_400_000,
      made_at: at,
      made_by: 'session:Ann Officer',
      ended_at: ended ?? null,
      ended_by: ended === null ? null : 'session:Ann Officer',
      outcome: ended === null ? null : 'done',
      note: null,
    }));

/** Breaches over a year with their timelines, findings, items and to-dos; the last of them is the one that comes again. */
export async function insertBreaches(tx: Tx, devices: readonly CouncilDevice[]): Promise<readonly Breach[]> {
  const rolled = dice(3);
  const enrolled = devices.filter((device) => device.enrolled);
  const step = YEAR_MS / SIZES.breaches;
  const drawn = Array.from({ length: SIZES.breaches }, (_, number) =>
    breachRow(number, Math.floor(NOW - YEAR_MS + number * step), enrolled, rolled),
  );
  const made = drawn.map((breach, number) => (number === drawn.length - 1 ? recurringOf(breach, enrolled) : breach));
  const breaches = withoutTwins(made);
  const clusters = gather(breaches, rolled);
  await insertAll(tx, 'breaches', breaches);
  await insertAll(tx, 'clusters', clusters);
  await insertAll(tx, 'breach_events', breaches.flatMap(eventRows));
  const byId = new Map(devices.map((device) => [device.id, device]));
  await insertAll(
    tx,
    'breach_findings',
    breaches.flatMap((breach) => findingRows(breach, byId, rolled)),
  );
  await insertAll(tx, 'breach_actions', actionRows(breaches));
  return breaches;
}
