import { createPrivateKey } from 'node:crypto';
import { signerOf, verifyingKeyOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { pino } from 'pino';
import { wire } from '../../packages/agent/src/agent.ts';
import { type Identity, makeDeviceKey } from '../../packages/agent/src/identity/identity.ts';
import { keepEnrolment } from '../../packages/agent/src/orders/keep-enrolment.ts';
import { createTables } from '../../packages/agent/src/outbox/store.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import { seededRandom, type World } from '../support/clock.ts';
import { emptyHost } from '../support/host.ts';
import { collectorsOf, type Machine, placeOf } from './machine.ts';

const SERVER = 'http://127.0.0.1:8420';
const log = pino({ level: 'silent' });

export interface DeviceOptions {
  readonly world: World;
  readonly transport: Transport;
  /** A fleet key. */
  readonly token: string;
  readonly machine: Machine;
}

/** A device: all of the agent but for its disk, its clock and its machine, which is made up. */
export async function createDevice({ world, transport, token, machine }: DeviceOptions) {
  const clock = world.clock();
  const random = seededRandom(machine.serial);
  const key = makeDeviceKey();
  const about = { serialNumber: machine.serial, platform: 'win32', release: '26200', agentVersion: '0.1.0' } as const;
  const answer = await enrol({ server: SERVER, token, key, transport, clock, about }, AbortSignal.timeout(60_000));
  const { documents, serverTime, ...settled } = answer;
  const enrolment = { ...settled, server: SERVER, enrolledAt: serverTime };
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  const identity: Identity = {
    enrolment,
    serverKey: verifyingKeyOf(enrolment.serverKey),
    signer: signerOf(createPrivateKey(pem)),
  };
  const sql = new SQLite(':memory:');
  createTables(sql);
  keepEnrolment({ sql, identity, documents, random, log });
  const { cycle, uplink, outbox, memory, policies } = wire({ sql, found: 'kept' }, identity, {
    data: ':memory:',
    host: emptyHost(clock),
    clock,
    random,
    log,
    collectors: collectorsOf(machine),
    place: placeOf(machine),
    histories: [],
    watchers: [],
    transport: () => transport,
  });
  let serial = policies.serial();
  let isUnprotected = false;
  return {
    machine,
    /** True once after a check-in that has brought other orders. */
    hasNews(): boolean {
      const before = serial;
      serial = policies.serial();
      return serial !== before;
    },
    /** Looks, and keeps what is found. */
    async cycle(): Promise<void> {
      await cycle.run();
      isUnprotected = memory.states().some(({ rule, verdict }) => rule === 'malware-protection' && verdict === 'fail');
    },
    pending: () => outbox.waiting().pending,
    /** Its protection fails, which is no breach until it has been in contact for a while. */
    isUnprotected: () => isUnprotected,
    /** Until the server has said all that it has to say; the number of requests. */
    async checkIn(): Promise<number> {
      for (let count = 1; count <= 10; count += 1)
        if ((await uplink.once(AbortSignal.timeout(60_000))) > 0) return count;
      throw new Error(`${machine.serial} still had more to say`);
    },
    close: () => void sql.close(),
  };
}
export type Device = Awaited<ReturnType<typeof createDevice>>;
