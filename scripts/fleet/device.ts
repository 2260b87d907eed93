import { createPrivateKey } from 'node:crypto';
import { type ChainPosition, openPolicy, signerOf, START, verifyingKeyOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock as clock, systemRandom as random } from '../../packages/agent/src/cli/system.ts';
import { type Body, stateBody } from '../../packages/agent/src/cycle/transitions.ts';
import { type Enrolment, type Identity, makeDeviceKey } from '../../packages/agent/src/identity/identity.ts';
import { createMemory, type StateRow } from '../../packages/agent/src/outbox/memory.ts';
import { Outbox } from '../../packages/agent/src/outbox/outbox.ts';
import { createTables } from '../../packages/agent/src/outbox/store.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
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

/** The agent's store, in memory, as the device had left it. */
function openStore({ enrolment, acknowledged, states }: KeptDevice) {
  const sql = new SQLite(':memory:');
  createTables(sql);
  const outbox = new Outbox({ sql, random });
  const memory = createMemory(sql);
  outbox.begin(enrolment.device, enrolment.generation, clock.now());
  outbox.meta.set('acked', acknowledged.sequence);
  outbox.meta.set('acked_link', acknowledged.link);
  for (const row of states) memory.putState(row);
  return { sql, outbox, memory };
}

function identityOf({ enrolment, key }: KeptDevice): Identity {
  return { enrolment, serverKey: verifyingKeyOf(enrolment.serverKey), signer: signerOf(createPrivateKey(key)) };
}

function createCounter() {
  let last = 0;
  return { read: () => last, write: (value: number) => void (last = value) };
}

const wait = (milliseconds: number, signal: AbortSignal) =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

/** The agent's uplink on that store, and its stream; `settledAt` is told of each check-in that was acknowledged. */
function createUplink(
  kept: KeptDevice,
  { outbox, memory }: ReturnType<typeof openStore>,
  transport: Transport,
  settledAt: () => void,
) {
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
  const stream = new Stream({ ...base, wait, accept: () => undefined });
  return { uplink, stream, policySerial: () => policySerial };
}

/** A device that has come back: the agent's outbox, memory and uplink, on a store in memory. */
export function wakeDevice(kept: KeptDevice, transport: Transport) {
  const store = openStore(kept);
  const { sql, outbox, memory } = store;
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
      sql.close();
      return asleep;
    },
  };
}
