import { after, modeOf, type PolicyDocument, type Rule } from '@beadle/shared';
import type { BreachRow } from '../../packages/server/src/breaches/store.ts';
import type { Observer, RegisteredDevice } from './observer.ts';
import { RULES } from './policies.ts';
import { must } from './violation.ts';

/** Beats further apart than this have a time between them in which nobody could have called. */
const AWAY_AFTER = 45 * 60_000;

type Verdict = 'pass' | 'fail' | 'not-applicable';

const contactOf = ({ created_at, enrolled_at, last_contact_at }: RegisteredDevice): number =>
  Math.max(created_at, enrolled_at ?? 0, last_contact_at ?? 0);

/** Which devices have just been judged: all by the job, one by its own call or by a word of ICT's. */
export type Judged = 'all' | { readonly device: string } | undefined;

/**
 * Follows what the server judges of silence, step by step, from what its tables say of calls, states and beats. Each of
 * these is held against what happened; the judgement is made anew from them.
 */
export class SilenceWatch {
  readonly #observer: () => Observer;
  /** When messages reached the server, by its clock. */
  readonly #calls = new Set<number>();
  #known = new Set<string>();

  constructor(observer: () => Observer) {
    this.#observer = observer;
  }

  /** A message reaches the server, which may die of it. */
  called(at: number): void {
    this.#calls.add(at);
  }

  /** The server is one from an older copy: what its tables tell begins anew. */
  beginAnew(): void {
    this.#known = new Set();
    this.#news();
  }

  #news() {
    const id = ({ breach, sequence }: { breach: string; sequence: number }) => `${breach}/${sequence}`;
    const found = this.#observer()
      .silences()
      .filter((event) => !this.#known.has(id(event)));
    for (const event of found) this.#known.add(id(event));
    return found;
  }

  /** What has become of breaches since the last look is right, and of those judged now none is missing. */
  look({ now, rounds, judged }: { readonly now: number; readonly rounds: readonly number[]; readonly judged: Judged }) {
    const observer = this.#observer();
    const devices = observer.devices();
    for (const { asset_tag, last_contact_at: at } of devices)
      must(at === null || this.#calls.has(at), `${asset_tag} is said to have called, and nothing came then`);
    this.#checkBeats(rounds);
    for (const event of this.#news()) {
      const device = devices.find(({ id }) => id === event.device);
      must(device !== undefined, 'silence of a device that is in no register');
      this.#checkEvent(event.type, device, event.at);
    }
    const concerned = judged === 'all' ? devices : devices.filter(({ id }) => judged?.device === id);
    for (const device of concerned) this.#checkJudged(device, now);
  }

  /** A span in which the server was there has a beat at either end, and no long time without one between. */
  #checkBeats(rounds: readonly number[]): void {
    for (const { began_at, last_beat_at } of this.#observer().uptime()) {
      const within = [...new Set(rounds)]
        .filter((at) => at >= began_at && at <= last_beat_at)
        .toSorted((a, b) => a - b);
      must(within[0] === began_at && within.at(-1) === last_beat_at, 'a span has an end at which nothing was judged');
      const gap = within.some((at, index) => index > 0 && at - (within[index - 1] ?? 0) > AWAY_AFTER);
      must(!gap, 'the server is said to have been there while it was away');
    }
  }

  /** Milliseconds between two moments in which the server was there. */
  #counted(from: number, to: number): number {
    const spans = this.#observer().uptime();
    return spans.reduce((sum, { began_at, last_beat_at }, index) => {
      const lasts = index === spans.length - 1 && to - last_beat_at <= AWAY_AFTER ? to : last_beat_at;
      return sum + Math.max(0, Math.min(to, lasts) - Math.max(from, began_at));
    }, 0);
  }

  hasRule = (at: number): boolean => this.#ruleAt(at) !== undefined;

  #ruleAt(at: number): Rule | undefined {
    const row = this.#observer()
      .policies()
      .findLast(({ effective_at, uploaded_at }) => Math.max(effective_at, uploaded_at) <= at);
    const rule = row && (JSON.parse(row.document) as PolicyDocument).rules.find(({ id }) => id === RULES.SILENCE);
    return rule !== undefined && modeOf(rule) !== 'off' ? rule : undefined;
  }

  #verdict(rule: Rule, device: RegisteredDevice, at: number): Verdict {
    const { generation, state, state_since, quiet_until } = device;
    if (generation === 0) return 'not-applicable';
    const isQuietOver = state === 'quiet' && (quiet_until ?? 0) <= at;
    if (state !== null && !isQuietOver) return 'not-applicable';
    const inServiceSince = isQuietOver ? (quiet_until ?? 0) : (state_since ?? 0);
    const { checkInAtMost } = rule.require as { checkInAtMost: string };
    const from = Math.max(contactOf(device), inServiceSince);
    return from < at && this.#counted(from, at) > after(0, checkInAtMost) ? 'fail' : 'pass';
  }

  #checkEvent(type: string, device: RegisteredDevice, at: number): void {
    const rule = this.#ruleAt(at);
    const verdict = rule === undefined ? undefined : this.#verdict(rule, device, at);
    const opens = ['opened', 'joined', 'reopened'].includes(type);
    must(!opens || rule !== undefined, `${device.asset_tag} is in breach of a rule of silence that is not in force`);
    must(
      !opens || (rule !== undefined && modeOf(rule) === 'report'),
      'a rule of silence that only observes opened a breach',
    );
    must(
      !opens || verdict === 'fail',
      `${device.asset_tag} is in breach by silence, and is ${verdict} (${device.state})`,
    );
    must(type !== 'restored' || verdict !== 'fail', `${device.asset_tag} is silent, and its breach has ended`);
  }

  #checkJudged(device: RegisteredDevice, now: number): void {
    const observer = this.#observer();
    const rule = this.#ruleAt(now);
    const judged = observer.judged().find((row) => row.device === device.id && row.rule === RULES.SILENCE);
    const mine = observer.breaches().filter((row) => row.device === device.id && row.rule === RULES.SILENCE);
    const verdict = rule === undefined ? undefined : this.#verdict(rule, device, now);
    must(judged?.verdict === verdict, `silence of ${device.asset_tag} is judged ${judged?.verdict}, and is ${verdict}`);
    const isOpen = mine.some(({ ended_at }) => ended_at === null);
    if (verdict !== 'fail' || judged === undefined)
      return must(!isOpen, `${device.asset_tag} is ${verdict}, and its breach of silence is open`);
    if (rule === undefined || modeOf(rule) !== 'report') return;
    must(
      isOpen || isSeenTo(observer, mine.at(-1), judged.since),
      `${device.asset_tag} is silent, and no breach says so`,
    );
  }
}

/** A person has closed it while the device was silent already. */
const isSeenTo = (observer: Observer, breach: BreachRow | undefined, since: number): boolean =>
  breach !== undefined &&
  observer.silences().some((event) => event.breach === breach.id && event.type === 'closed' && event.at >= since);
