interface TurnsOptions {
  /** How many have their turn at a time. */
  readonly working: number;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  /** Told how long each turn took of the process, in milliseconds. */
  readonly took: (milliseconds: number) => void;
  /** How many connections and requests have come so far. */
  readonly heard: () => number;
  /** Called each time that turns have been given. */
  readonly given: () => void;
}

/** Of those who stand outside so many are heard before each turn: a flood of them cannot keep the turns from going on. */
const HEARD_BEFORE_A_TURN = 64;

/** Whose turn it is to be worked on, first come, first served. */
export class Turns<Who> {
  readonly #options: TurnsOptions;
  readonly #waiting = new Map<Who, { readonly since: number; readonly resolve: (has: boolean) => void }>();
  /** Those whose turn it is, and since when they wanted it. */
  readonly #working = new Map<Who, number>();
  #lastEnd = Number.NEGATIVE_INFINITY;
  #isGoingOn = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when it is their turn, or with false where they leave before. */
  async of(who: Who): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(who, { since: this.#options.now(), resolve });
    this.goOn();
    return promise;
  }

  end(who: Who): void {
    const since = this.#working.get(who);
    if (since === undefined) return;
    const now = this.#options.now();
    // While others wait, what lies between two ends is what one takes, whatever else the process did meanwhile.
    this.#options.took(now - Math.max(since, this.#lastEnd));
    this.#lastEnd = now;
    this.#working.delete(who);
    this.goOn();
  }

  leave(who: Who): void {
    this.#waiting.get(who)?.resolve(false);
    this.#waiting.delete(who);
    this.end(who);
  }

  /**
   * Not at once, but when everybody outside has been heard: Node takes one new connection each time round its loop, so
   * that those who come while a turn is worked on would otherwise wait in the kernel, where nobody counts them or
   * sends them away. People and probes are answered meanwhile.
   */
  goOn(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    const { heard } = this.#options;
    const first = heard();
    const listen = (before: number) =>
      setImmediate(() => {
        const now = heard();
        if (now !== before && now - first < HEARD_BEFORE_A_TURN) {
          listen(now);
          return;
        }
        this.#isGoingOn = false;
        this.#give();
        this.#options.given();
      });
    // Whatever was heard last may have left something to read: at least one time round brings nothing new.
    listen(Number.NaN);
  }

  #give(): void {
    for (const [who, { since, resolve }] of this.#waiting) {
      if (this.#working.size >= this.#options.working) return;
      this.#waiting.delete(who);
      this.#working.set(who, since);
      resolve(true);
    }
  }
}
