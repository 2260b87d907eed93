import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FindingBody, iso, known, type Observation, unknown } from '@beadle/shared';
import { pino } from 'pino';
import { wire } from '../../packages/agent/src/agent.ts';
import type { Collector } from '../../packages/agent/src/collectors/collector.ts';
import { writeBody } from '../../packages/agent/src/cycle/transitions.ts';
import {
  loadIdentity,
  makeDeviceKey,
  requireIdentity,
  saveIdentity,
} from '../../packages/agent/src/identity/identity.ts';
import { keepEnrolment } from '../../packages/agent/src/orders/keep-enrolment.ts';
import { openStore } from '../../packages/agent/src/outbox/store.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import { SERVER, transportTo } from '../../scripts/simulated/transport.ts';
import { type FakeClock, seededRandom, type World } from './clock.ts';
import type { Council } from './council.ts';
import { emptyHost } from './host.ts';

export { transportTo };

/** What the made-up machine shows; a test changes it between cycles. */
export interface Machine {
  observations: Map<string, Observation>;
}

const encrypted = (state: 'on' | 'off'): Observation => ({
  facts: known({ volumes: known([{ name: '/', role: 'system', state: known(state), method: null, percent: null }]) }),
  events: [],
});

export interface LaptopOptions {
  readonly council: Council;
  readonly world: World;
  readonly assetTag: string;
  readonly skew?: number;
  /** What it collects beside disk encryption. */
  readonly checks?: readonly string[];
  /** How its requests reach the server, if not without a socket. */
  readonly transport?: Transport;
}

/** A device of the council: the real agent but for its machine, its clock and its socket. */
export async function createLaptop({
  council,
  world,
  assetTag,
  skew = 0,
  checks = [],
  transport = transportTo(council),
}: LaptopOptions) {
  const data = mkdtempSync(join(tmpdir(), 'beadle-laptop-'));
  const clock: FakeClock = world.clock(skew);
  const random = seededRandom(assetTag);
  const log = pino({ level: 'silent' });
  const machine: Machine = { observations: new Map([['disk-encryption', encrypted('on')]]) };
  const collectors: Collector[] = [
    {
      check: 'disk-encryption',
      sources: [],
      collect: () => machine.observations.get('disk-encryption') ?? encrypted('on'),
    },
    ...checks.map((check) => ({
      check,
      sources: [],
      collect: () => machine.observations.get(check) ?? { facts: unknown('not-told'), events: [] },
    })),
  ];
  const host = emptyHost(clock);

  await council.ask('POST', '/api/v1/devices', { assetTag, kind: 'laptop' });

  async function newToken(): Promise<string> {
    const { body } = await council.ask<{ token: string }>('POST', `/api/v1/devices/${assetTag}/enrolment-tokens`, {});
    return body.token;
  }

  async function enrolAgain(given?: string): Promise<void> {
    const token = given ?? (await newToken());
    const key = makeDeviceKey();
    const about = { serialNumber: null, platform: 'linux', release: 'test', agentVersion: '0' } as const;
    const answer = await enrol({ server: SERVER, token, key, transport, clock, about }, AbortSignal.timeout(5000));
    const { documents, serverTime, ...enrolment } = answer;
    saveIdentity(data, key, { ...enrolment, server: SERVER, enrolledAt: serverTime });
    const { sql } = openStore(data, clock.now());
    keepEnrolment({ sql, identity: requireIdentity(data), documents, random, log });
    sql.close();
  }
  await enrolAgain();

  /** Opens what is on the disk, as a start of the agent does, and runs `work` with it. */
  async function running<T>(work: (agent: Awaited<ReturnType<typeof open>>) => Promise<T> | T): Promise<T> {
    const agent = open();
    try {
      return await work(agent);
    } finally {
      agent.sql.close();
    }
  }

  function open() {
    const identity = loadIdentity(data);
    if (identity === undefined) throw new Error('not enrolled');
    const store = openStore(data, clock.now());
    const options = {
      data,
      host,
      clock,
      random,
      log,
      collectors,
      histories: [],
      watchers: [],
      transport: () => transport,
    };
    return { sql: store.sql, found: store.found, identity, ...wire(store, identity, options) };
  }

  /** Checks in until the server has said all it has to say. */
  async function checkIn(most = 20): Promise<number> {
    return running(async ({ uplink }) => {
      for (let count = 1; count <= most; count += 1)
        if ((await uplink.once(AbortSignal.timeout(5000))) > 0) return count;
      throw new Error(`${assetTag} still had more to say after ${most} check-ins`);
    });
  }

  return {
    assetTag,
    data,
    clock,
    machine,
    running,
    checkIn,
    enrolAgain,
    show(state: 'on' | 'off') {
      machine.observations.set('disk-encryption', encrypted(state));
    },
    cycle: () => running(({ cycle }) => cycle.run()),
    /** Puts numbered findings into the outbox: events that nothing else makes. */
    keep: (...numbers: number[]) =>
      running(({ outbox }) =>
        outbox.append(
          numbers.map((number) => writeBody(numbered(number, clock.now()), random)),
          clock.now(),
        ),
      ),
    copy: (name: string) => cpSync(data, join(council.folder, `${assetTag}-${name}`), { recursive: true }),
    restore(name: string) {
      rmSync(data, { recursive: true });
      cpSync(join(council.folder, `${assetTag}-${name}`), data, { recursive: true });
    },
    /** What `runAgent` takes for this laptop's service, which looks at nothing. */
    service: (through: Transport = transport) => ({
      data,
      host,
      clock,
      log,
      random: seededRandom(`${assetTag}-service`),
      collectors: [],
      histories: [],
      watchers: [],
      transport: () => through,
    }),
    close: () => rmSync(data, { recursive: true }),
  };
}
export type Laptop = Awaited<ReturnType<typeof createLaptop>>;

/** An event that carries a number, so that a test can count what arrived. */
export const numbered = (number: number, at: number): Omit<FindingBody, 'salt'> => ({
  rule: 'numbered',
  clause: '1',
  check: 'removable-media',
  subject: `number-${number}`,
  kind: 'event',
  at: iso(at),
  verdict: 'unknown',
  reason: 'not-told',
  severity: 'low',
  observed: { number },
  policyVersion: 'test',
});
