import { createPrivateKey } from 'node:crypto';
import { type ChainPosition, openPolicy, signerOf, START, verifyingKeyOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { pino } from 'pino';
import { systemClock as clock, systemRandom as random } from '../../packages/agent/src/cli/system.ts';
import { type Body, stateBody } from '../../packages/agent/src/cycle/transitions.ts';
import { type Enrolment, type Identity, makeDeviceKey } from '../../packages/agent/src/identity/identity.ts';
import { createMemory, type StateRow } from '../../packages/agent/src/outbox/memory.ts';
import { Outbox } from '../../packages/agent/src/outbox/outbox.ts';
import { createTables } from '../../packages/agent/src/outbox/store.ts';
import { waitFor } from '../../packages/agent/src/uplink/backoff.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import { createCounter } from '../../packages/agent/src/uplink/exchange.ts';
import { Stream } from '../../packages/agent/src/uplink/stream.ts';
import { createServerTime } from '../../packages/agent/src/uplink/server-time.ts';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import { Uplink } from '../../packages/agent/src/uplink/uplink.ts';
import { VERSION } from '../../packages/agent/src/version.ts';
import type { Found } from './findings.ts';

/** Everything of a device that outlives the time for which it is played. */
export interface KeptDevice {
  readonly enrolment: Enrolment;
  /** PEM. */
  readonly key: string;
  readonly policySerial: number;
  readonly acknowledged: ChainPosition;
  readonly states: readonly StateRow[];
}

const log = pino({ level: 'silent' });
const PLATFORM = { platform: 'linux', release: 'fleet' } as const;

/** The newest serial of the policy documents that the device's own server has signed for it. */
function serialOf(
  documents: readonly string[],
  { enrolment, serverKey }: Omit<Identity, 'signer'>,
  before: number,
): number {
  const opened = documents.map((jws) =>
    openPolicy(jws, serverKey, { device: enrolment.device, atLeast: before, now: clock.now() }),
  );
  return Math.max(before, ...opened.map((document) => (typeof document === 'string' ? 0 : document.serial)));
}

export interface EnrolWith {
  readonly server: string;
  /** A fleet key. */
  readonly token: string;
  readonly serialNumber: string;
  readonly transport: Transport;
}

/** A new key, enrolled. Throws `UsageError` where the server refuses. */
export async function enrolDevice({ server, token, serialNumber, transport }: EnrolWith): Promise<KeptDevice> {
  const key = makeDeviceKey();
  const about = { ...PLATFORM, agentVersion: VERSION, serialNumber };
  const answer = await enrol({ server, token, key, transport, clock, about }, AbortSignal.timeout(120_000));
  const { documents, serverTime, ...settled } = answer;
  const enrolment = { ...settled, server, enrolledAt: serverTime };
  const policySerial = serialOf(documents, { enrolment, serverKey: verifyingKeyOf(enrolment.serverKey) }, 0);
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  return { enrolment, key: pem, policySerial, acknowledged: START, states: [] };
}

/** As the agent writes them, but not held against their schema once more: that would take longer than all else here. */
const write = (body: Body): Uint8Array =>
  Buffer.from(JSON.stringify({ salt: Buffer.from(random.bytes(16)).toString('base64url'), ...body }));

/** Makes findings of what the device has found: in its memory and its outbox, as one. */
function keep(
  outbox: Outbox,
  memory: ReturnType<typeof createMemory>,
  found: readonly Found[],
  policyVersion: string,
): void {
  outbox.transaction(() => {
    const bodies = found.map((each) => {
      if (each.kind === 'event') return { ...each.body, policyVersion };
      const row = { ...each.row, policy_version: policyVersion };
      memory.putState(row);
      return stateBody(row);
    });
    outbox.append(
      bodies.map((body) => write(body)),
      clock.now(),
    );
  });
}

function createStore() {
  const sql = new SQLite(':memory:');
  createTables(sql);
  const tables = sql.prepare<[], { name: string }>("select name from sqlite_schema where type = 'table'").all();
  const empty = tables.map(({ name }) => `delete from ${name};`).join('');
  return { sql, empty, outbox: new Outbox({ sql, random }), memory: createMemory(sql) };
}
type Store = ReturnType<typeof createStore>;

/** Of devices that sleep: a store has some thirty statements, which a hundred thousand devices need not each have. */
const idle: Store[] = [];

/** The agent's store, in memory, as the device had left it. */
function openStore({ enrolment, acknowledged, states }: KeptDevice): Store {
  const store = idle.pop() ?? createStore();
  const { outbox, memory } = store;
  outbox.begin(enrolment.device, enrolment.generation, clock.now());
  outbox.meta.set('acked', acknowledged.sequence);
  outbox.meta.set('acked_link', acknowledged.link);
  for (const row of states) memory.putState(row);
  return store;
}

function leave(store: Store): void {
  store.sql.exec(store.empty);
  idle.push(store);
}

/** Of a device that has been awake: its key is not read anew each time. */
const identities = new WeakMap<Enrolment, Identity>();

function identityOf({ enrolment, key }: KeptDevice): Identity {
  const known = identities.get(enrolment);
  if (known !== undefined) return known;
  const serverKey = verifyingKeyOf(enrolment.serverKey);
  const identity = { enrolment, serverKey, signer: signerOf(createPrivateKey(key)) };
  identities.set(enrolment, identity);
  return identity;
}

/** The agent's uplink on that store, and its stream; `settledAt` is told of each check-in that was acknowledged. */
function createUplink(kept: KeptDevice, { outbox, memory }: Store, transport: Transport, settledAt: () => void) {
  const identity = identityOf(kept);
  const base = { transport, clock, identity, random, log, counter: createCounter() };
  let { policySerial } = kept;
  const restate = () =>
    outbox.append(
      memory.states().map((row) => write(stateBody(row))),
      clock.now(),
    );
  const uplink = new Uplink({
    ...base,
    outbox,
    memory,
    restate,
    serverTime: createServerTime(clock, outbox.meta),
    about: { ...PLATFORM, version: VERSION },
    onCouncilNetwork: () => null,
    policySerial: () => policySerial,
    settledAt,
    accept: (documents) => (policySerial = serialOf(documents, identity, policySerial)),
  });
  const stream = new Stream({ ...base, wait: waitFor, accept: () => undefined });
  return { uplink, stream, policySerial: () => policySerial };
}

/** A device that has come back: the agent's outbox, memory and uplink, on a store in memory. */
export function wakeDevice(kept: KeptDevice, transport: Transport) {
  const store = openStore(kept);
  const { outbox, memory } = store;
  let acknowledgements = 0;
  const { uplink, stream, policySerial } = createUplink(kept, store, transport, () => (acknowledgements += 1));
  return {
    keep: (found: readonly Found[], policyVersion: string) => keep(outbox, memory, found, policyVersion),
    pending: () => outbox.waiting().pending,
    /** One attempt; whether it was acknowledged, and for how long the agent would wait now, in milliseconds. */
    async checkIn(signal: AbortSignal) {
      const before = acknowledgements;
      const pauseMs = await uplink.once(signal);
      return { acknowledged: acknowledgements > before, pauseMs };
    },
    /** Listens for orders until `signal` aborts. */
    async listen(signal: AbortSignal) {
      stream.hurry();
      await stream.run(signal);
    },
    /** Ends it; what it would have to know another time. */
    sleep(): KeptDevice {
      const { previous: acknowledged } = outbox.nextBatch();
      const asleep = { ...kept, policySerial: policySerial(), acknowledged, states: memory.states() };
      leave(store);
      return asleep;
    },
  };
}
