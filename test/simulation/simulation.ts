import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../packages/agent/src/errors.ts';
import { PATHS } from '@beadle/shared';
import { keyFor } from '../../packages/server/src/keys/keys.ts';
import { signResponse } from '../../packages/shared/src/wire/response-signature.ts';
import { isDiskFault, SimulatedAgent } from './agent.ts';
import { saltsHeld } from './check-server.ts';
import { createDice, type Dice } from './dice.ts';
import { Crash, Disk } from './disk.ts';
import { Ledger } from './ledger.ts';
import { FATES, Network } from './network.ts';
import { Observer } from './observer.ts';
import { policyOf } from './policies.ts';
import { groupOf } from './permits.ts';
import { type Ground, SimulatedServer } from './server.ts';
import { type Judged, SilenceWatch } from './silence.ts';
import { ToldDocuments } from './told.ts';
import { KeyExchange } from './key-exchange.ts';
import { Ordering } from './ordering.ts';
import { Withdrawing } from './withdrawing.ts';
import { must } from './violation.ts';
import { MachineClock, World } from './world.ts';

export interface Device {
  readonly agent: SimulatedAgent;
  readonly ledger: Ledger;
}

interface Mail {
  times: number;
  faultsAt: number;
}

const SMALL = { pendingFindings: 6, pendingBytes: 1_000_000 };

/** Devices, a server and what lies between, under one seed; `run.ts` lets things happen to them. */
export class Simulation {
  readonly world = new World();
  readonly dice: Dice;
  readonly network: Network;
  readonly server: SimulatedServer;
  readonly serverDisk = new Disk(this.world.counts);
  readonly serverClock = new MachineClock(this.world);
  readonly devices: readonly Device[];
  readonly folder: string;
  readonly told = new ToldDocuments();
  readonly silence = new SilenceWatch(() => this.observer);
  readonly withdrawing: Withdrawing;
  readonly ordering: Ordering;
  readonly keyExchange: KeyExchange;
  readonly #mail = new Map<string, Mail>();
  #observer: Observer | undefined;
  #versions = 0;
  mailFails = 0;

  constructor(seed: number, ground: Ground) {
    this.dice = createDice(seed);
    this.folder = mkdtempSync(join(ground.folder, 'run-'));
    const { world, dice } = this;
    const random = createDice(seed, 1).random;
    this.withdrawing = new Withdrawing(seed);
    this.ordering = new Ordering(seed);
    this.keyExchange = new KeyExchange(seed, ground);
    this.server = new SimulatedServer({
      ground,
      folder: this.folder,
      clock: this.serverClock,
      random,
      disk: this.serverDisk,
      connectors: [this.withdrawing.directory.connector],
      send: this.#send,
    });
    const odds = Object.fromEntries(FATES.map((fate) => [fate, dice.chance(0.6) ? dice.fraction() * 0.2 : 0]));
    const server = () =>
      this.#observer === undefined
        ? undefined
        : { program: this.server, observer: this.#observer, isDead: () => this.serverDisk.isDead };
    this.network = new Network({
      world,
      dice,
      server,
      odds,
      sign: (body, requestSignature, named) => {
        const { signer } = keyFor(this.server.keys, named);
        const created = Math.floor(this.serverClock.now() / 1000);
        return { ...signResponse({ status: 200, body, requestSignature }, signer, created) };
      },
      oldDocuments: (keyId) => this.told.of(this.observer.key(keyId)?.device ?? '').slice(0, -1),
      reached: () => this.silence.called(this.serverClock.now()),
      taken: this.#taken,
    });
    const count = 1 + dice.below(3);
    const bounds = dice.chance(0.25) ? SMALL : undefined;
    this.devices = Array.from({ length: count }, (_, index) => {
      const setting = { world, dice: createDice(seed, 10 + index), network: this.network, folder: this.folder, bounds };
      return { agent: new SimulatedAgent({ ...setting, assetTag: `DBC-0${index}` }), ledger: new Ledger() };
    });
  }

  get observer(): Observer {
    must(this.#observer !== undefined, 'the server is not running');
    return this.#observer;
  }

  #send = (notice: string): void => {
    if (this.dice.chance(this.mailFails)) throw new Error('the mail server does not answer');
    const { serverFaults } = this.world;
    const before = this.#mail.get(notice);
    // Twice only where the process, or its disk, failed after the message had left and before that was written down.
    must(before === undefined || before.faultsAt < serverFaults, `the notice ${notice} left twice`);
    this.#mail.set(notice, { times: (before?.times ?? 0) + 1, faultsAt: serverFaults });
  };
  /** Whatever the server tells a device is so by its own tables; whoever has called is not silent. */
  #taken = (keyId: string, path: string, body: Uint8Array): void => {
    const { documents = [] } = JSON.parse(Buffer.from(body).toString()) as { documents?: readonly string[] };
    this.told.note(documents, this.observer, this.serverClock.now());
    const device = this.observer.key(keyId)?.device;
    if (path === PATHS.checkIns && device !== undefined && this.silence.hasRule(this.serverClock.now()))
      this.lookForSilence({ device });
  };
  lookForSilence(judged: Judged): void {
    this.silence.look({ now: this.serverClock.now(), rounds: this.server.rounds, judged });
  }

  hasLeft = (notice: string): boolean => this.#mail.has(notice);

  async begin(): Promise<void> {
    await this.#up();
    for (const { agent } of this.devices) await this.server.register(agent.assetTag, [groupOf(agent.assetTag)]);
    await this.newPolicy();
    for (const device of this.devices) await this.enrol(device);
  }

  async #up(): Promise<void> {
    await this.server.start();
    this.#observer ??= new Observer(join(this.folder, 'server'));
  }

  /** The server starts anew from its disk, whether it had died or is stopped for it. */
  async restartServer(): Promise<void> {
    this.world.serverFaults += 1;
    await this.server.crash();
    await this.#up();
  }

  /** Does something with the server; where that is its end, it is started again. */
  async withServer(work: () => Promise<unknown>): Promise<boolean> {
    let isDone = true;
    try {
      await work();
    } catch (error) {
      if (!isDiskFault(error)) throw error;
      this.world.serverFaults += 1;
      isDone = false;
    }
    if (this.serverDisk.isDead) await this.restartServer();
    return isDone;
  }

  async copyServer(): Promise<void> {
    this.world.serverFaults += 1;
    this.#observer?.close();
    this.#observer = undefined;
    this.serverDisk.mend();
    await this.server.copy();
    this.#observer = new Observer(join(this.folder, 'server'));
  }
  async restoreServer(): Promise<void> {
    if (!this.server.hasCopy) return;
    this.world.serverFaults += 1;
    this.#observer?.close();
    this.#observer = undefined;
    this.serverDisk.mend();
    await this.server.restore();
    this.#observer = new Observer(join(this.folder, 'server'));
    this.withdrawing.hasForgotten = true;
    this.silence.beginAnew();
    for (const device of this.devices) this.#serverForgot(device);
  }

  /** A server from before the device's enrolment knows nothing of its findings under the key it has now. */
  #serverForgot({ agent, ledger }: Device): void {
    ledger.causes.add('server-restored').add('restored-from-older-copy');
    const known = this.observer.devices().find((row) => row.asset_tag === agent.assetTag);
    const generation = agent.place().generation;
    if (known === undefined || known.generation < generation || agent.running === undefined) {
      const held = saltsHeld(this.observer, known?.id ?? '', ledger.isRolledBack);
      ledger.excuse((salt) => !held.has(salt));
      ledger.mustTellLoss = false;
    }
    if (ledger.isUnawareOfRollback) this.#excuseWhatNobodyHas({ agent, ledger });
  }

  /** Both ends were put back: of what only the lost copies knew, neither can tell that it ever was. */
  #excuseWhatNobodyHas(device: Device): void {
    const held = this.arrived(device);
    const kept = new Set(device.agent.kept().map(({ text }) => (JSON.parse(text) as { salt: string }).salt));
    device.ledger.excuse((salt) => !held.has(salt) && !kept.has(salt));
  }

  async newPolicy(): Promise<void> {
    const document = policyOf((this.#versions += 1), this.dice);
    await this.withServer(() => this.server.putPolicy(document));
  }

  async enrol(device: Device): Promise<void> {
    const { agent, ledger } = device;
    let token: string | undefined;
    await this.withServer(async () => {
      token = await this.server.token(agent.assetTag);
    });
    if (token === undefined) return;
    this.look(device);
    try {
      await agent.enrol(token);
      ledger.mustTellLoss = false;
      this.world.count('enrolled');
    } catch (error) {
      const isExpected =
        error instanceof UsageError || isDiskFault(error) || (error instanceof Error && error.message === 'no answer');
      if (!isExpected) throw error;
    }
    // Cut off between its key and its store, an enrolment is finished by the service at its start.
    agent.stop();
    if (this.serverDisk.isDead) await this.restartServer();
    this.start(device);
    this.#forgetWhatServerForgot(device);
  }

  /** What a server from an older copy has lost is not sent again in a new chain: only what waits goes on. */
  #forgetWhatServerForgot(device: Device): void {
    if (device.ledger.causes.has('server-restored')) this.#excuseWhatNobodyHas(device);
  }

  /** Starts the service, as systemd would: again and again, until it runs. */
  start(device: Device): void {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        device.agent.start();
        this.look(device);
        return;
      } catch (error) {
        if (!isDiskFault(error)) throw error;
        device.agent.stop();
      }
    }
  }

  /** Notes what lies in the outbox now. */
  look({ agent, ledger }: Device) {
    return ledger.look(agent.kept());
  }

  /** Ends the service wherever its disk's fault has left it, and starts it again. */
  afterFault(device: Device, error?: unknown): void {
    if (error !== undefined && !isDiskFault(error)) throw new Error('not a fault of the disk', { cause: error });
    if (device.agent.disk.isDead || error instanceof Crash) {
      this.world.count('agent crashed');
      device.agent.stop();
      this.start(device);
    }
  }

  arrived = ({ agent, ledger }: Device): Set<string> => {
    const row = this.observer.devices().find(({ asset_tag }) => asset_tag === agent.assetTag);
    return saltsHeld(this.observer, row?.id ?? '', ledger.isRolledBack);
  };

  async end(): Promise<void> {
    for (const { agent } of this.devices) agent.stop();
    this.#observer?.close();
    this.serverDisk.mend();
    await this.server.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
