import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, formatToken, type PolicyDocument, type Random, tokenSecret } from '@beadle/shared';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Caller } from '../../packages/server/src/access.ts';
import { createLanes } from '../../packages/server/src/admission/lanes.ts';
import { answerErrors } from '../../packages/server/src/app/error-handler.ts';
import { watchStorage } from '../../packages/server/src/app/storage.ts';
import { recordAct } from '../../packages/server/src/audit/record.ts';
import { authorisationJobs } from '../../packages/server/src/authorisations/reminders.ts';
import { actOn, type LifeAct } from '../../packages/server/src/breaches/life/act.ts';
import { acknowledging, closing } from '../../packages/server/src/breaches/life/acts.ts';
import { breachJobs } from '../../packages/server/src/breaches/jobs.ts';
import type { OpenDatabase, Tx } from '../../packages/server/src/db/database.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { changeByPerson } from '../../packages/server/src/devices/change.ts';
import { deviceByTag, type DeviceChange, registerDevice } from '../../packages/server/src/devices/register.ts';
import type { DeviceRow } from '../../packages/server/src/devices/read.ts';
import { enrolmentRoutes } from '../../packages/server/src/enrolment/routes.ts';
import { addToken } from '../../packages/server/src/enrolment/store.ts';
import { createAnnouncements } from '../../packages/server/src/orders/desired-state/announce.ts';
import { ingestRoutes } from '../../packages/server/src/ingest/routes.ts';
import type { JobKind } from '../../packages/server/src/jobs/run.ts';
import { createWorker, type JobWorker } from '../../packages/server/src/jobs/worker.ts';
import { judgeAnew } from '../../packages/server/src/judging/apply.ts';
import { ensureJudging, JUDGING_JOB, judgingJobs } from '../../packages/server/src/judging/job.ts';
import { loadKeys, type ServerKeys } from '../../packages/server/src/keys/keys.ts';
import { rotateKey } from '../../packages/server/src/keys/rotate.ts';
import { createMetrics } from '../../packages/server/src/metrics.ts';
import { noticeJobs } from '../../packages/server/src/notify/deliver.ts';
import { ensureOrganisation, ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { insertPeople } from '../../packages/server/src/people/store.ts';
import { putPolicyInForce } from '../../packages/server/src/policies/upload.ts';
import { readSettings, type Settings } from '../../packages/server/src/settings.ts';
import type { Connector } from '../../packages/server/src/withdrawals/connector.ts';
import { withdrawalJobs } from '../../packages/server/src/withdrawals/jobs.ts';
import { personRow } from '../../packages/server/test/support/people.ts';
import { type Disk, serverThrough } from './disk.ts';

/** What does not differ from run to run, made once in a process: keys, and a database that has its tables. */
export interface Ground {
  readonly folder: string;
  readonly settings: Settings;
  /** The server's keys at first, and after each exchange of them. */
  readonly keys: readonly [ServerKeys, ...ServerKeys[]];
  close(): void;
}

/** Whose access is withdrawn. */
export const ACCOUNTS = ['sam', 'kim'] as const;

const personOf = (account: string) => personRow({ id: `person-${account}`, account, name: account, source: 'hand' });

export async function prepareGround(memory: string, random: Random): Promise<Ground> {
  const folder = mkdtempSync(join(memory, 'beadle-simulation-'));
  const settings = readSettings({
    environment: { BEADLE_SERVER_DATABASE: join(folder, 'empty') },
    workingFolder: folder,
  });
  const { keysFolder } = settings;
  const load = () => loadKeys({ folder: keysFolder, random });
  const keys: [ServerKeys, ...ServerKeys[]] = [load()];
  for (let exchanges = 0; exchanges < 3; exchanges += 1) {
    rotateKey(keysFolder);
    keys.push(load());
  }
  const database = openDatabase(settings.database);
  await migrate(database.db);
  await ensureOrganisation(database.db, { name: 'Simulated council', at: 0 });
  await inTransaction(database.db, (tx) => insertPeople(tx, ACCOUNTS.map(personOf)));
  database.checkpoint();
  await database.close();
  return { folder, settings, keys, close: () => rmSync(folder, { recursive: true, force: true }) };
}

export const OFFICER: Caller = {
  organisation: ORGANISATION,
  role: 'information-security-team-leader',
  name: 'officer',
  via: 'token',
};

export const ICT: Caller = { organisation: ORGANISATION, role: 'ict-administrator', name: 'admin', via: 'token' };

export interface ServerOptions {
  readonly ground: Ground;
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  /** In which access is withdrawn. */
  readonly connectors: readonly Connector[];
  /** A message leaves, by the id of its notice; throws where it could not. */
  readonly send: (notice: string) => void;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const log = pino({ level: 'silent' });

/** The server's real stages on a real database file; what it holds in memory is lost by `crash`. */
export class SimulatedServer {
  readonly #options: ServerOptions;
  #database: OpenDatabase | undefined;
  #app: FastifyInstance | undefined;
  #workers: readonly JobWorker[] = [];
  /** When the fleet was judged, and when that was last brought to its end, by the server's clock. */
  readonly rounds: number[] = [];
  judgedAt = 0;
  #exchanges = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    cpSync(options.ground.settings.database, this.#path, { recursive: true });
  }

  /** By which it speaks; what it signs is read at its start. */
  get keys(): ServerKeys {
    const { keys } = this.#options.ground;
    return keys[this.#exchanges] ?? keys[0];
  }

  /** Takes effect with the next start. False where it has no more of them. */
  exchangeKey(): boolean {
    const isThere = this.#exchanges + 1 < this.#options.ground.keys.length;
    if (isThere) this.#exchanges += 1;
    return isThere;
  }

  /** The folder of its database. */
  get #path(): string {
    return join(this.#options.folder, 'server');
  }

  get db() {
    if (this.#database === undefined) throw new Error('the server is not running');
    return this.#database.db;
  }

  async start(): Promise<void> {
    const { disk, ground, clock, random } = this.#options;
    disk.mend();
    this.#database = openDatabase(this.#path, { through: serverThrough(disk) });
    await ensureJudging(this.db, { clock, random });
    this.#workers = [this.#worker(), this.#worker()];
    const app = Fastify({ loggerInstance: log, genReqId: () => Buffer.from(random.bytes(8)).toString('hex') });
    app.decorate('storage', watchStorage(clock));
    answerErrors(app as unknown as FastifyInstance, { render: null });
    const metrics = createMetrics();
    const { settings } = ground;
    const { keys } = this;
    const lanes = createLanes({
      settings,
      clock,
      metrics,
      log,
      pressed: () => false,
      connections: () => 0,
    });
    const announcements = createAnnouncements(this.#database);
    const { announce } = announcements;
    const stage = {
      db: this.db,
      settings,
      keys,
      clock,
      random,
      log,
      metrics,
      announcements,
      announce,
      wake: () => undefined,
    };
    await app.register(enrolmentRoutes, { ...stage, admission: lanes.enrolments });
    await app.register(ingestRoutes, { ...stage, countries: () => null, admission: lanes.checkIns });
    await app.ready();
    this.#app = app as unknown as FastifyInstance;
  }

  #worker(): JobWorker {
    const { clock, random, ground } = this.#options;
    const { settings } = ground;
    const deps = { db: this.db, clock, random, settings };
    const { [JUDGING_JOB]: judging, ...weekly } = judgingJobs({ ...deps, log, wake: () => undefined });
    if (judging === undefined) throw new Error('nothing judges');
    const kinds = {
      ...weekly,
      [JUDGING_JOB]: this.#noted(judging),
      ...authorisationJobs({ ...deps, wake: () => undefined }),
      ...noticeJobs({
        ...deps,
        send: async ({ fileName }) => {
          this.#options.send(fileName.slice(11, -4));
          return null;
        },
      }),
      ...breachJobs({ ...deps, wake: () => undefined }),
      ...withdrawalJobs({ ...deps, connectors: this.#options.connectors, wake: () => undefined }),
    };
    return createWorker({ ...deps, kinds, log });
  }

  #noted = ({ run, forever }: JobKind): JobKind => ({
    forever,
    run: async (payload, context) => {
      const at = this.#options.clock.now();
      this.rounds.push(at);
      await run(payload, context);
      this.judgedAt = at;
    },
  });

  /** The process ends where it stands, or is ended; `start` begins anew from what is on the disk. */
  async crash(): Promise<void> {
    const [database, app] = [this.#database, this.#app];
    [this.#database, this.#app] = [undefined, undefined];
    await app?.close();
    await database?.close();
  }

  async ask(path: string, headers: Readonly<Record<string, string>>, payload: Uint8Array): Promise<Answered> {
    if (this.#app === undefined) throw new Error('the server is not running');
    const all = { ...headers, host: '127.0.0.1:8420' };
    const answer = await this.#app.inject({ method: 'POST', url: path, headers: all, payload: Buffer.from(payload) });
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.rawPayload };
  }

  /** Two workers at once, as two processes would be; or one. */
  runJobs = (workers = 2): Promise<unknown> =>
    Promise.all(this.#workers.slice(0, workers).map((worker) => worker.runDue()));

  async register(assetTag: string, groups: string[]): Promise<void> {
    const { clock, random } = this.#options;
    const made = { at: clock.now(), random };
    await inTransaction(this.db, (tx) => registerDevice(tx, ORGANISATION, { assetTag, kind: 'laptop', groups }, made));
  }

  /** A new enrolment token for a device, as its text. */
  async token(assetTag: string): Promise<string> {
    const { clock, random } = this.#options;
    const id = Buffer.from(random.bytes(16)).toString('base64url');
    const at = clock.now();
    await inTransaction(this.db, async (tx) => {
      const device = await deviceByTag(tx, ORGANISATION, assetTag);
      if (device === undefined) throw new Error(`${assetTag} is not registered`);
      const ends = { expires_at: at + 86_400_000, uses_left: 1, createdAt: at, createdBy: 'simulation' };
      await addToken(tx, { organisation: ORGANISATION, id, device: device.id, name: null, ...ends });
      await recordAct(tx, {
        organisation: ORGANISATION,
        at,
        actor: 'simulation',
        action: 'enrolment-token-made',
        target: assetTag,
      });
    });
    return formatToken({ id, secret: tokenSecret(this.keys.tokenKey, id), serverKeyId: this.keys.keyId });
  }

  async putPolicy(document: PolicyDocument): Promise<void> {
    const at = this.#options.clock.now();
    await inTransaction(this.db, async (tx) => {
      await putPolicyInForce(tx, { organisation: ORGANISATION, document, source: '', by: 'simulation', at });
      await recordAct(tx, {
        organisation: ORGANISATION,
        at,
        actor: 'simulation',
        action: 'policy-put-in-force',
        target: document.version,
      });
    });
  }

  /** With what a person acts now. */
  get acting() {
    const { clock, random } = this.#options;
    return { db: this.db, now: clock.now(), random };
  }

  /** What ICT says of a device in the register. */
  changeDevice(assetTag: string, change: DeviceChange): Promise<void> {
    const { clock, random, ground } = this.#options;
    const deps = { random, origin: ground.settings.origin };
    const judge = (tx: Tx, device: DeviceRow, now: number) => judgeAnew(tx, device, now, deps);
    return changeByPerson(ICT, assetTag, change, { db: this.db, clock, judge });
  }

  #act = (ref: string, act: LifeAct) => actOn(OFFICER, [ref], act, { db: this.db, now: this.#options.clock.now() });
  acknowledge = (ref: string) => this.#act(ref, acknowledging);
  close = (ref: string) => this.#act(ref, closing({ reason: 'seen to' }));

  /** A copy of the database as it is on the disk; the process is ended for it, as it is when one is put back. */
  async copy(): Promise<void> {
    this.#database?.checkpoint();
    await this.crash();
    rmSync(`${this.#path}.copy`, { recursive: true, force: true });
    cpSync(this.#path, `${this.#path}.copy`, { recursive: true });
    await this.start();
  }

  get hasCopy(): boolean {
    return existsSync(`${this.#path}.copy`);
  }

  async restore(): Promise<void> {
    await this.crash();
    rmSync(this.#path, { recursive: true });
    cpSync(`${this.#path}.copy`, this.#path, { recursive: true });
    await this.start();
  }
}
