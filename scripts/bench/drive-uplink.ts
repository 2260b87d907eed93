import { createInterface } from 'node:readline';
import type { FindingBody } from '@beadle/shared';
import { systemClock as clock, systemRandom as random } from '../../packages/agent/src/cli/system.ts';
import { writeBody } from '../../packages/agent/src/cycle/transitions.ts';
import { loadIdentity } from '../../packages/agent/src/identity/identity.ts';
import { createMemory } from '../../packages/agent/src/outbox/memory.ts';
import { Outbox } from '../../packages/agent/src/outbox/outbox.ts';
import { openStore } from '../../packages/agent/src/outbox/store.ts';
import { createServerTime } from '../../packages/agent/src/uplink/server-time.ts';
import { createTransport, type Transport } from '../../packages/agent/src/uplink/transport.ts';
import { Uplink } from '../../packages/agent/src/uplink/uplink.ts';
import { pino } from 'pino';

/** The agent's own outbox and uplink on an enrolled device's data: a line `finding` or `empty` leads to one check-in. */
const data = process.argv[2] ?? '';
const identity = loadIdentity(data);
if (identity === undefined) throw new Error(`${data} is not enrolled`);
const { sql } = openStore(data, clock.now());
const outbox = new Outbox({ sql, random });
const memory = createMemory(sql);
const toServer = createTransport(identity.enrolment.server);
let roundTrip = 0;
const transport: Transport = {
  async send(request, signal) {
    const from = performance.now();
    const response = await toServer.send(request, signal);
    roundTrip = performance.now() - from;
    return response;
  },
  close: () => toServer.close(),
};
let settled = (): void => undefined;
const uplink = new Uplink({
  transport,
  clock,
  identity,
  outbox,
  memory,
  random,
  serverTime: createServerTime(clock, outbox.meta),
  log: pino({ level: 'warn' }, pino.destination(2)),
  about: { version: 'bench', platform: 'linux', release: 'bench' },
  onCouncilNetwork: () => null,
  // The document that came with the enrolment.
  policySerial: () => 1,
  settledAt: (at) => {
    outbox.meta.set('checked_in_at', at);
    settled();
  },
  accept: () => undefined,
  restate: () => undefined,
});

/** A stick that no rule allows, each time another one: each opens a breach of its own. */
const stick = (serial: string): Omit<FindingBody, 'salt'> => ({
  rule: 'memory-sticks',
  clause: '5.9',
  check: 'removable-media',
  subject: serial,
  kind: 'event',
  at: new Date(clock.now()).toISOString(),
  verdict: 'fail',
  severity: 'high',
  observed: { vendor: 'Kingston', model: 'DataTraveler 3.0', serial, encrypted: false, bytes: 31_004_295_168 },
  policyVersion: '2026.1',
});

const nextSettled = () => new Promise<void>((resolve) => (settled = resolve));

const stop = new AbortController();
let count = 0;
const first = nextSettled();
const running = uplink.run(stop.signal);
await first;
for await (const line of createInterface({ input: process.stdin })) {
  const answered = nextSettled();
  const appendedAt = Date.now();
  if (line === 'finding') outbox.append([writeBody(stick(`BENCH-${(count += 1)}`), random)], clock.now());
  uplink.wake();
  await answered;
  process.stdout.write(`${JSON.stringify({ appendedAt, milliseconds: roundTrip })}\n`);
}
stop.abort();
await running;
