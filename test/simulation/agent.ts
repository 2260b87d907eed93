import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { wire } from '../../packages/agent/src/agent.ts';
import {
  type Identity,
  loadIdentity,
  makeDeviceKey,
  requireIdentity,
  saveIdentity,
} from '../../packages/agent/src/identity/identity.ts';
import { keepEnrolment } from '../../packages/agent/src/orders/keep-enrolment.ts';
import type { Bounds } from '../../packages/agent/src/outbox/bounds.ts';
import { type OpenStore, openStore, type Sql } from '../../packages/agent/src/outbox/store.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import { faultOf } from '../../packages/agent/src/errors.ts';
import type { Dice } from './dice.ts';
import { agentThrough, Crash, Disk } from './disk.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { createRestrictions } from './restrictions.ts';
import { MachineClock, type World } from './world.ts';

const SERVER = 'http://127.0.0.1:8420';
const log = pino({ level: 'silent' });

export interface AgentSetting {
  readonly world: World;
  readonly dice: Dice;
  readonly network: Network;
  readonly folder: string;
  readonly assetTag: string;
  readonly bounds: Bounds | undefined;
}

/** A body as it lies in the outbox. */
export interface Kept {
  readonly sequence: number;
  readonly text: string;
}

type Running = ReturnType<typeof wire> & { readonly sql: Sql; readonly identity: Identity; readonly keyId: string };

/** The real agent on a real store, but for its machine, its clock, its disk's faults and its network. */
export class SimulatedAgent {
  readonly assetTag: string;
  readonly clock: MachineClock;
  readonly machine: Machine;
  readonly disk: Disk;
  readonly restrictions = createRestrictions();
  readonly #setting: AgentSetting;
  readonly #transport: ReturnType<Network['transport']>;
  #running: Running | undefined;
  #plain: Sql | undefined;

  constructor(setting: AgentSetting) {
    this.#setting = setting;
    this.assetTag = setting.assetTag;
    this.clock = new MachineClock(setting.world);
    this.machine = new Machine(this.clock);
    this.disk = new Disk(setting.world.counts);
    this.#transport = setting.network.transport();
    mkdirSync(this.data);
  }

  get data(): string {
    return join(this.#setting.folder, this.assetTag);
  }
  get running(): Running | undefined {
    return this.#running;
  }
  get isEnrolled(): boolean {
    return existsSync(join(this.data, 'identity', 'enrolment.json'));
  }
  get lastAnswerWasGenuine(): boolean {
    return this.#transport.genuine();
  }

  /** `beadle-agent enrol`, which may fail or be cut off anywhere. */
  async enrol(token: string): Promise<void> {
    this.stop();
    const about = { serialNumber: null, platform: 'linux', release: 'simulated', agentVersion: '0' } as const;
    const key = makeDeviceKey();
    const asked = { server: SERVER, token, key, transport: this.#transport, clock: this.clock, about };
    const { documents, serverTime, ...enrolment } = await enrol(asked, new AbortController().signal);
    saveIdentity(this.data, key, { ...enrolment, server: SERVER, enrolledAt: serverTime });
    const store = this.#openStore();
    try {
      const { random } = this.#setting.dice;
      keepEnrolment({ sql: store.sql, identity: requireIdentity(this.data), documents, random, log });
    } finally {
      store.sql.close();
      this.#plain = undefined;
    }
  }

  #openStore(): OpenStore {
    const store = openStore(this.data, this.clock.now());
    this.#plain = store.sql;
    return { ...store, sql: agentThrough(this.disk, store.sql) };
  }

  /** Starts the service; a damaged store is set aside by it, as in the field. */
  start(): void {
    if (this.#running !== undefined) return;
    const identity = loadIdentity(this.data);
    if (identity === undefined) return;
    const store = this.#openStore();
    const { dice, bounds } = this.#setting;
    const { machine, clock } = this;
    try {
      const wired = wire(store, identity, {
        data: this.data,
        host: machine.host,
        clock,
        random: dice.random,
        log,
        collectors: machine.collectors,
        histories: machine.histories,
        watchers: [],
        transport: () => this.#transport,
        restrictor: () => this.restrictions.restrictor,
        ...(bounds === undefined ? {} : { bounds }),
      });
      this.#running = { ...wired, sql: store.sql, identity, keyId: identity.signer.keyId };
    } catch (error) {
      store.sql.close();
      this.#plain = undefined;
      throw error;
    }
  }

  /** The process ends, in good order or not: what is in memory is gone. */
  stop(): void {
    this.#running?.sql.close();
    this.#running = undefined;
    this.#plain = undefined;
    this.disk.mend();
  }

  /** Reads the store past all faults. */
  #read = <T>(query: string): T[] => this.#plain?.prepare<[], T>(query).all() ?? [];
  #meta = (name: string) =>
    this.#read<{ name: string; value: string }>('select name, value from meta').find((row) => row.name === name)?.value;

  get hasBookmark(): boolean {
    return this.#read('select id from bookmarks').length > 0;
  }
  /** Where its chain is, and up to where it takes it to be acknowledged. */
  place() {
    return {
      device: this.#meta('device') ?? '',
      generation: Number(this.#meta('generation') ?? 0),
      acked: { sequence: Number(this.#meta('acked') ?? 0), link: this.#meta('acked_link') ?? '' },
    };
  }

  /** The latest moment that the device says it has reached. */
  get reachedAt(): number {
    return Number(this.#meta('reached_at') ?? 0);
  }
  /** How each rule stands. */
  states = () =>
    this.#read<{ rule: string; subject: string; verdict: string; observed: string }>('select * from states');

  /** When the server last answered, as the device has it. */
  get checkedInAt(): string | undefined {
    return this.#meta('checked_in_at');
  }

  /** Everything in the outbox. */
  kept(): Kept[] {
    const rows = this.#read<{ sequence: number; body: Uint8Array }>(
      'select sequence, body from outbox order by sequence',
    );
    return rows.map(({ sequence, body }) => ({ sequence, text: Buffer.from(body).toString() }));
  }

  /** The store file is removed, overwritten, or the whole folder put back as it once was. */
  loseStore(): void {
    this.stop();
    for (const name of this.#storeFiles()) rmSync(join(this.data, name));
  }
  damageStore(): void {
    this.stop();
    for (const name of this.#storeFiles()) rmSync(join(this.data, name));
    writeFileSync(join(this.data, 'outbox.db'), Buffer.alloc(8192, 0x5a));
  }
  copyFolder(): void {
    this.stop();
    rmSync(`${this.data}.copy`, { recursive: true, force: true });
    cpSync(this.data, `${this.data}.copy`, { recursive: true });
  }
  restoreFolder(): boolean {
    this.stop();
    if (!existsSync(`${this.data}.copy`)) return false;
    rmSync(this.data, { recursive: true });
    cpSync(`${this.data}.copy`, this.data, { recursive: true });
    return true;
  }
  #storeFiles = () => readdirSync(this.data).filter((name) => /^outbox\.db(-wal|-shm)?$/.test(name));
}

/** What a fault of the disk looks like from outside: anything else is a bug. */
export const isDiskFault = (error: unknown): boolean =>
  error instanceof Crash || faultOf(error) !== undefined || (error instanceof Error && error.cause instanceof Crash);
