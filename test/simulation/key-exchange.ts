import { createDice, type Dice } from './dice.ts';
import type { Ground } from './server.ts';
import type { Device, Simulation } from './simulation.ts';
import { must } from './violation.ts';

/** In so many worlds of seven the server's key is exchanged: with restrictions, and without. */
const WORLDS = new Set([1, 2, 3]);

/** ICT, which exchanges the server's key for another, and what must be so of those who held to the one before. */
export class KeyExchange {
  readonly #dice: Dice;
  readonly #isHere: boolean;
  /** The keys in the order in which they are the server's. */
  readonly #keys: readonly string[];

  constructor(seed: number, ground: Ground) {
    this.#dice = createDice(seed, 5);
    this.#isHere = WORLDS.has(seed % 7);
    this.#keys = ground.keys.map(({ keyId }) => keyId);
  }

  async act(simulation: Simulation): Promise<void> {
    if (!this.#isHere || !this.#dice.chance(0.05) || !simulation.server.exchangeKey()) return;
    simulation.world.count('server key exchanged');
    await simulation.restartServer();
  }

  /** The server has said in an answer which key it has now: the service begins a new run with it, as by itself. */
  follow(simulation: Simulation, device: Device): void {
    const { agent } = device;
    const { running } = agent;
    if (running?.ended.aborted !== true) return;
    const before = this.#keys.indexOf(running.identity.serverKey.keyId);
    must(agent.lastAnswerWasGenuine, `${agent.assetTag} follows a key that the server did not name to it`);
    agent.stop();
    simulation.start(device);
    const now = agent.running?.identity.serverKey.keyId;
    must(
      now === undefined || this.#keys.indexOf(now) > before,
      `${agent.assetTag} follows ${now}, which is not later than the key that it held to`,
    );
    simulation.world.count('server key followed');
  }

  /** At rest every device holds to the key of today, and the server knows it. */
  checkAtRest({ server, observer }: Simulation, { agent }: Device): void {
    const held = agent.running?.identity.serverKey.keyId;
    must(
      held === server.keys.keyId,
      `${agent.assetTag} holds to ${held}, and the server’s key is ${server.keys.keyId}`,
    );
    const row = observer.devices().find(({ asset_tag: tag }) => tag === agent.assetTag);
    must(row?.server_key === held, `the server takes ${agent.assetTag} to hold to ${row?.server_key}, not to ${held}`);
  }
}
