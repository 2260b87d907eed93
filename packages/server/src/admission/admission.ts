import { createReturnTimes, type ReturnTimes } from './return-times.ts';

/** What the server takes in hand of one kind of request at a time. Bytes are those that the requests may bring. */
export interface AdmissionLimits {
  readonly inHand: number;
  readonly bytes: number;
  /** How many may wait, their bodies unread, for one in hand to end. */
  readonly waiting: number;
  /** How many of those in hand are worked on at a time; people's queries wait behind no more than these. */
  readonly working: number;
  /** Who has waited this long in vain is sent away. */
  readonly waitMs: number;
  /** A body that has not arrived within this is given up. */
  readonly bodyMs: number;
  /** While others wait, a body that has been arriving for longer than this gives way to them. */
  readonly patienceMs: number;
}

/** One request that asks to be taken in hand. */
export interface Visitor {
  readonly name: string;
  readonly bytes: number;
  /** Ends it, as its body comes too slowly. */
  readonly cut: () => void;
}

export type Admitted =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'shed'; readonly retryAfterSeconds: number }
  /** Its client has left while it waited. */
  | { readonly kind: 'gone' };

export interface AdmissionOptions {
  readonly limits: AdmissionLimits;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  readonly fraction: () => number;
  /** Whether the process as a whole is near its end: then nobody more is taken. */
  readonly pressed: () => boolean;
  /** Told of each that is sent away. */
  readonly shed: () => void;
}

interface Waiter {
  readonly settle: (outcome: Admitted) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Who is taken in hand, who waits and who is sent away, decided before a byte of a body is kept: what is held never
 * grows with how many come. First come, first served. Each visitor asks, has been read, takes a turn, and leaves, which
 * it may do at any moment.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #returns: ReturnTimes;
  readonly #waiting = new Map<Visitor, Waiter>();
  /** Those whose bodies still arrive, and when each is looked at again. */
  readonly #reading = new Map<Visitor, NodeJS.Timeout>();
  readonly #inHand = new Set<Visitor>();
  readonly #turns = new Map<Visitor, (has: boolean) => void>();
  readonly #working = new Map<Visitor, number>();
  #isGoingOn = false;
  #bytes = 0;
  #most = 0;
  #shed = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#returns = createReturnTimes(options);
  }

  /** As the numbers stand now; `most` is the highest that `inHand` has been, `shed` how many were sent away. */
  figures() {
    const { size: inHand } = this.#inHand;
    return { inHand, bytes: this.#bytes, waiting: this.#waiting.size, most: this.#most, shed: this.#shed };
  }

  /** Sent away at once, where that is certain before anything else is looked at; undefined where it is not. */
  refuse(): Admitted | undefined {
    const { limits, pressed } = this.#options;
    return this.#waiting.size >= limits.waiting || pressed() ? this.#sendAway() : undefined;
  }

  async ask(visitor: Visitor): Promise<Admitted> {
    if (this.#waiting.size === 0 && this.#hasRoom(visitor) && !this.#options.pressed()) return this.#take(visitor);
    const refused = this.refuse();
    if (refused !== undefined) return refused;
    const { promise, resolve } = Promise.withResolvers<Admitted>();
    const timer = setTimeout(() => this.#stopWaiting(visitor, this.#sendAway()), this.#options.limits.waitMs);
    this.#waiting.set(visitor, { settle: resolve, timer });
    return promise;
  }

  /** Its body is there whole: it is no longer asked to give way. */
  hasBeenRead(visitor: Visitor): void {
    clearTimeout(this.#reading.get(visitor));
    this.#reading.delete(visitor);
  }

  /** Waits for its turn to be worked on; false where its client has left meanwhile. */
  async turn(visitor: Visitor): Promise<boolean> {
    if (!this.#inHand.has(visitor)) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#turns.set(visitor, resolve);
    this.#goOn();
    return promise;
  }

  /** Its answer is made: the turn is over, and how slowly the answer is taken is nobody else's loss. */
  hasWorked(visitor: Visitor): void {
    const since = this.#working.get(visitor);
    if (since === undefined) return;
    this.#returns.took((this.#options.now() - since) / this.#working.size);
    this.#working.delete(visitor);
    this.#goOn();
  }

  /** It was answered, or its client has left, at whatever stage. Once is enough; more does no harm. */
  leave(visitor: Visitor): void {
    this.#stopWaiting(visitor, { kind: 'gone' });
    if (!this.#inHand.delete(visitor)) return;
    this.hasBeenRead(visitor);
    this.#bytes -= visitor.bytes;
    this.#turns.get(visitor)?.(false);
    this.#turns.delete(visitor);
    this.hasWorked(visitor);
    this.#goOn();
  }

  /**
   * Not at once, but when every socket that has something has been heard: what waits is then counted here and not in the
   * kernel, and people and probes come to their turn between two check-ins.
   */
  #goOn(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    setImmediate(() => {
      this.#isGoingOn = false;
      this.#giveTurns();
      this.#letIn();
    });
  }

  #hasRoom({ bytes }: Visitor): boolean {
    const { limits } = this.#options;
    return this.#inHand.size < limits.inHand && this.#bytes + bytes <= Math.max(limits.bytes, bytes);
  }

  #take(visitor: Visitor): Admitted {
    this.#inHand.add(visitor);
    this.#bytes += visitor.bytes;
    this.#most = Math.max(this.#most, this.#inHand.size);
    this.#watch(visitor, this.#options.now());
    return { kind: 'admitted' };
  }

  #letIn(): void {
    for (const [visitor] of this.#waiting) {
      if (!this.#hasRoom(visitor) || this.#options.pressed()) return;
      this.#stopWaiting(visitor, this.#take(visitor));
    }
  }

  #stopWaiting(visitor: Visitor, outcome: Admitted): void {
    const waiter = this.#waiting.get(visitor);
    if (waiter === undefined) return;
    clearTimeout(waiter.timer);
    this.#waiting.delete(visitor);
    waiter.settle(outcome);
  }

  #sendAway(): Admitted {
    this.#shed += 1;
    this.#options.shed();
    return { kind: 'shed', retryAfterSeconds: this.#returns.next() };
  }

  /** Whoever drips bodies into many connections keeps no place for longer than the patience while others wait. */
  #watch(visitor: Visitor, since: number): void {
    const { limits, now } = this.#options;
    const look = () => {
      if (this.#waiting.size > 0 || now() - since >= limits.bodyMs) visitor.cut();
      else this.#watch(visitor, since);
    };
    this.#reading.set(visitor, setTimeout(look, Math.min(limits.patienceMs, limits.bodyMs)));
  }

  #giveTurns(): void {
    for (const [visitor, resolve] of this.#turns) {
      if (this.#working.size >= this.#options.limits.working) return;
      this.#turns.delete(visitor);
      this.#working.set(visitor, this.#options.now());
      resolve(true);
    }
  }
}
