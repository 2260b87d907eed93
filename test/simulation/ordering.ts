import { RESTRICTIONS } from '@beadle/shared';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { liftRestrictions, orderRestrictions } from '../../packages/server/src/orders/desired-state/change.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { createDice, type Dice } from './dice.ts';
import type { OrderSeen } from './observer.ts';
import type { Device, Simulation } from './simulation.ts';
import { must } from './violation.ts';

const HOUR = 3_600_000;
/** In so many worlds of seven devices are restricted: those in which access is withdrawn too. */
const WORLDS = new Set([0, 2, 3]);

/** ICT, which restricts devices and lifts that, and what must be so of both ends. */
export class Ordering {
  readonly #dice: Dice;
  readonly #isHere: boolean;
  /** The highest version that a device has held under a key. */
  readonly #held = new Map<string, number>();
  #count = 0;

  constructor(seed: number) {
    this.#dice = createDice(seed, 3);
    this.#isHere = WORLDS.has(seed % 7);
  }

  /** Now and then ICT orders something, or lifts it; now and then a device sees to what it was told. */
  async act(simulation: Simulation, device: Device): Promise<void> {
    if (!this.#isHere) return;
    if (this.#dice.chance(0.2)) await this.#order(simulation, device);
    if (this.#dice.chance(0.6)) await this.settle(simulation, device);
  }

  async #order(simulation: Simulation, { agent }: Device): Promise<void> {
    const { observer, server, world } = simulation;
    const row = observer.devices().find(({ asset_tag: tag }) => tag === agent.assetTag);
    if (row === undefined || row.generation === 0) return;
    const of = { organisation: ORGANISATION, device: row.id };
    const open = observer.orders(row.id).filter(({ lifted_at: at }) => at === null);
    const isOrder = open.length === 0 || this.#dice.chance(0.6);
    const { now } = server.acting;
    const deps = { now, announce: () => Promise.resolve() };
    world.count(isOrder ? 'device restricted' : 'restriction lifted');
    const restriction = {
      id: `order-${(this.#count += 1)}`,
      kind: this.#dice.pick([...RESTRICTIONS]),
      until: this.#dice.chance(0.5) ? null : now + (1 + this.#dice.below(60)) * HOUR,
      notice: null,
      telephone: null,
      act: null,
      release: null,
    };
    const behind = { by: 'admin', reason: 'A lost laptop.', breach: null, withdrawnFrom: null };
    const lifted = isOrder ? '' : this.#dice.pick(open).id;
    await simulation.withServer(() =>
      inTransaction(server.db, async (tx) => {
        if (isOrder) await orderRestrictions(tx, of, behind, [restriction], deps);
        else await liftRestrictions(tx, of, [lifted], behind, deps);
      }),
    );
  }

  /** The device sees to what it was told, and reports it. */
  async settle(simulation: Simulation, device: Device): Promise<void> {
    const { running } = device.agent;
    if (!this.#isHere || running === undefined) return;
    let fault: unknown;
    try {
      await running.orders.orders.settle();
      await running.effects.once(new AbortController().signal);
    } catch (error) {
      fault = error;
    }
    simulation.network.check();
    if (simulation.serverDisk.isDead) await simulation.restartServer();
    simulation.afterFault(device, fault);
    this.#checkVersion(device);
  }

  /** Nothing older is ever taken up, but by a device that has lost its store. */
  #checkVersion({ agent, ledger }: Device): void {
    const { running } = agent;
    if (running === undefined || ledger.isRolledBack || ledger.mustTellLoss) return;
    const version = running.orders.keeper.version();
    must(version >= (this.#held.get(running.keyId) ?? 0), `${agent.assetTag} holds to an older desired state`);
    this.#held.set(running.keyId, version);
  }

  /** At rest a device is restricted to what the server wants, no more and no less, and the server knows it. */
  checkAtRest({ observer, serverClock }: Simulation, { agent }: Device): void {
    if (!this.#isHere) return;
    const row = observer.devices().find(({ asset_tag: tag }) => tag === agent.assetTag);
    const now = serverClock.now();
    const isWanted = ({ lifted_at: lifted, until, dropped_version: dropped }: OrderSeen) =>
      lifted === null && dropped === null && (until === null || until > now);
    const wanted = observer.orders(row?.id ?? '').filter(isWanted);
    const kinds = [...new Set(wanted.map(({ kind }) => kind))].toSorted();
    const are = [...agent.restrictions.inForce].toSorted();
    must(kinds.join() === are.join(), `${agent.assetTag} is under ${are.join()}, and should be under ${kinds.join()}`);
    for (const { id, effect } of wanted)
      must(effect === 'in-force', `${id} is in force on ${agent.assetTag}, and the server has heard: ${effect}`);
  }
}
