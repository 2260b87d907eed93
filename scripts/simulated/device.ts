import { createPrivateKey } from 'node:crypto';
import { signerOf, verifyingKeyOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { pino } from 'pino';
import { wire } from '../../packages/agent/src/agent.ts';
import type { Collector, Place } from '../../packages/agent/src/collectors/collector.ts';
import type { Host } from '../../packages/agent/src/host/host.ts';
import { type Identity, makeDeviceKey } from '../../packages/agent/src/identity/identity.ts';
import { keepEnrolment } from '../../packages/agent/src/orders/keep-enrolment.ts';
import { createTables } from '../../packages/agent/src/outbox/store.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import { seededRandom, type World } from './clock.ts';
import { emptyHost } from './host.ts';
import { SERVER } from './transport.ts';

const log = pino({ level: 'silent' });
const MOST_CHECK_INS = 10;

export interface DeviceOptions {
  readonly world: World;
  readonly transport: Transport;
  /** The server's origin. */
  readonly server?: string;
  /** An enrolment token, or a fleet key. */
  readonly token: string;
  readonly serialNumber: string;
  readonly system: Pick<Host, 'platform' | 'release'>;
  readonly collectors: readonly Collector[];
  readonly place: Place;
  /** Milliseconds that its clock is ahead. */
  readonly skew?: number;
}

async function enrolled(
  { token, serialNumber, system, transport, server = SERVER }: DeviceOptions,
  clock: Host['clock'],
) {
  const key = makeDeviceKey();
  const about = { serialNumber, ...system, agentVersion: '0.1.0' };
  const answer = await enrol({ server, token, key, transport, clock, about }, AbortSignal.timeout(60_000));
  const { documents, serverTime, ...settled } = answer;
  const enrolment = { ...settled, server, enrolledAt: serverTime };
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  const identity: Identity = {
    enrolment,
    serverKey: verifyingKeyOf(enrolment.serverKey),
    signer: signerOf(createPrivateKey(pem)),
  };
  return { identity, documents };
}

/** A device: all of the agent but for its disk, its clock and its machine, which is made up. */
export async function createDevice(options: DeviceOptions) {
  const { world, transport, serialNumber, system, collectors, place, skew = 0 } = options;
  const clock = world.clock(skew);
  const random = seededRandom(serialNumber);
  const { identity, documents } = await enrolled(options, clock);
  const sql = new SQLite(':memory:');
  createTables(sql);
  keepEnrolment({ sql, identity, documents, random, log });
  const { cycle, uplink, outbox, memory, policies } = wire({ sql, found: 'kept' }, identity, {
    data: ':memory:',
    host: emptyHost(clock, system),
    clock,
    random,
    log,
    collectors,
    place,
    histories: [],
    watchers: [],
    transport: () => transport,
  });
  let serial = policies.serial();
  return {
    clock,
    /** True once after a check-in that has brought other orders. */
    hasNews(): boolean {
      const before = serial;
      serial = policies.serial();
      return serial !== before;
    },
    /** Looks, and keeps what is found. */
    cycle: () => cycle.run(),
    pending: () => outbox.waiting().pending,
    /** The rule fails as the device saw it last. */
    isFailing: (rule: string) => memory.states().some((state) => state.rule === rule && state.verdict === 'fail'),
    /** Until the server has said all that it has to say; the number of requests. */
    async checkIn(): Promise<number> {
      for (let count = 1; count <= MOST_CHECK_INS; count += 1)
        if ((await uplink.once(AbortSignal.timeout(60_000))) > 0) return count;
      throw new Error(`${serialNumber} still had more to say`);
    },
    close: () => void sql.close(),
  };
}
export type Device = Awaited<ReturnType<typeof createDevice>>;
