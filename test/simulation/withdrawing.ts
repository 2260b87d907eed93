import { orderWithdrawal } from '../../packages/server/src/withdrawals/order.ts';
import { restoreWithdrawal } from '../../packages/server/src/withdrawals/restore.ts';
import { createDirectory, type Directory } from '../../packages/server/test/withdrawals/directory.ts';
import { createDice, type Dice } from './dice.ts';
import { ACCOUNTS, ICT } from './server.ts';
import type { Simulation } from './simulation.ts';
import { must } from './violation.ts';

const HOUR = 3_600_000;
const FACILITIES = ['network', 'remote-access'] as const;
/** In so many worlds of seven access is withdrawn: in the others everything else happens undisturbed by it. */
const WORLDS = new Set([0, 2, 3]);

const KEYS = ACCOUNTS.flatMap((account) => FACILITIES.map((facility) => `${account} ${facility}`));

/** ICT, the directory in which access is withdrawn, and what must be so of both. */
export class Withdrawing {
  readonly directory: Directory = createDirectory('directory', FACILITIES);
  readonly #dice: Dice;
  readonly #isHere: boolean;
  /** What the directory allowed at the beginning. */
  readonly #before: ReadonlyMap<string, boolean>;
  isFaulty = true;
  /** An older copy of the server's database knows nothing of what was ordered since. */
  hasForgotten = false;

  constructor(seed: number) {
    this.#dice = createDice(seed, 2);
    this.#isHere = WORLDS.has(seed % 7);
    for (const key of KEYS) this.directory.access.set(key, this.#dice.chance(0.8));
    this.#before = new Map(this.directory.access);
    this.directory.fault = () => {
      if (this.isFaulty && this.#dice.chance(0.1)) throw new Error('the directory does not answer');
    };
  }

  /** Now and then ICT orders something, or gives it back. */
  async act(simulation: Simulation): Promise<void> {
    if (!this.#isHere || !this.#dice.chance(0.25)) return;
    const { world, observer } = simulation;
    const open = observer.withdrawals().filter(({ status }) => status === 'ordered');
    const isOrder = open.length === 0 || this.#dice.chance(0.5);
    world.count(isOrder ? 'access withdrawn' : 'access given back');
    await simulation.withServer(() =>
      isOrder ? this.#order(simulation) : this.#giveBack(simulation, this.#dice.pick(open).ref),
    );
    this.check(simulation);
  }

  async #order({ server }: Simulation): Promise<void> {
    const { acting } = server;
    const subjects = this.#dice.chance(0.5) ? [...ACCOUNTS] : [this.#dice.pick([...ACCOUNTS])];
    const facilities = this.#dice.chance(0.5) ? [...FACILITIES] : [this.#dice.pick([...FACILITIES])];
    const until = new Date(acting.now + (1 + this.#dice.below(200)) * HOUR).toISOString();
    const order = { subjects, facilities, mode: 'temporary', until, reason: 'A lost laptop.' } as const;
    await orderWithdrawal(ICT, order, {
      ...acting,
      connectors: [this.directory.connector],
      origin: 'http://127.0.0.1',
    });
  }

  #giveBack = ({ server }: Simulation, ref: string): Promise<void> =>
    restoreWithdrawal(ICT, ref, 'Found.', server.acting);

  /** Nothing is called proven that is not so. */
  check({ observer }: Simulation): void {
    if (this.hasForgotten) return;
    for (const { account, facility, status } of observer.withdrawalSteps())
      if (status === 'proven')
        must(
          this.directory.access.get(`${account} ${facility}`) === false,
          `${account} is said to have ${facility} withdrawn, and has it`,
        );
  }

  /** At rest what is in force is withdrawn, and everything else is as it was. */
  checkAtRest({ observer, serverClock }: Simulation): void {
    const steps = observer.withdrawalSteps();
    for (const key of KEYS) {
      const held = steps.filter((step) => `${step.account} ${step.facility}` === key && step.holds === 1);
      for (const { status } of held)
        must(status === 'proven', `${key} is withdrawn, and at rest its step is ${status}`);
      const allowed = this.directory.access.get(key);
      if (held.length > 0) must(allowed === false, `${key} is withdrawn, and is there`);
      else
        must(
          this.hasForgotten || allowed === this.#before.get(key),
          `${key} was ${this.#before.get(key)}, and is ${allowed}`,
        );
    }
    for (const { status } of steps.filter(({ holds }) => holds === 0))
      must(status === 'restored' || status === 'handed-over', `a step that was let go is ${status}`);
    for (const { status, until, ref } of observer.withdrawals()) {
      must(status !== 'restoring', `${ref} is still being given back`);
      must(status !== 'ordered' || (until ?? 0) > serverClock.now(), `${ref} is over and still in force`);
    }
  }
}
