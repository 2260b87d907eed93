import { createInterface } from 'node:readline';
import { type Clock, iso, type Job, type Known, known, type Medium } from '@beadle/shared';
import { wire } from '../../../packages/agent/src/agent.ts';
import { thisMachine } from '../../../packages/agent/src/cli/this-machine.ts';
import type { History, Kept } from '../../../packages/agent/src/collectors/collector.ts';
import { loadIdentity } from '../../../packages/agent/src/identity/identity.ts';
import { openStore } from '../../../packages/agent/src/outbox/store.ts';
import { countedTransport } from '../../../packages/agent/src/uplink/counted.ts';
import { createTransport, type Transport } from '../../../packages/agent/src/uplink/transport.ts';
import type { Step } from './week.ts';

/**
 * The agent as it is wired, on an enrolled device's data and with this machine's own sources, which does at once what it is
 * told on standard input: a step of `week.ts` a line. Only sticks, print jobs, the network and the clock are made up. Answers
 * each with what was sent and received so far, in bytes of bodies and headers.
 */
const data = process.argv[2] ?? '';
const identity = loadIdentity(data);
if (identity === undefined) throw new Error(`${data} is not enrolled`);

const machine = await thisMachine();
let offset = 0;
const clock: Clock = { now: () => machine.clock.now() + offset, monotonic: () => machine.clock.monotonic() };

let isReachable = true;
const traffic = { sent: 0, received: 0 };
const toServer = createTransport(identity.enrolment.server);
const counted = countedTransport(toServer, {
  network({ sentBytes = 0, receivedBytes = 0 }) {
    traffic.sent += sentBytes;
    traffic.received += receivedBytes;
  },
});
const transport: Transport = {
  send: (request, signal) =>
    isReachable ? counted.send(request, signal) : Promise.reject(new Error('there is no network')),
  close: () => counted.close(),
};

/** A log of one kind of event that grows when it is told to. */
function madeUp(check: string, event: (count: number) => object) {
  const events: object[] = [];
  const history: History = {
    check,
    id: `bench/${check}`,
    sources: [],
    end: () => Promise.resolve(known('0')),
    since: (_host, bookmark): Promise<Known<Kept>> =>
      Promise.resolve(known({ events: events.slice(Number(bookmark)), bookmark: String(events.length) })),
  };
  return { history, happens: () => events.push(event(events.length)) };
}

const at = () => iso(clock.now());
const sticks = madeUp('removable-media', (count) => {
  const serial = `BENCH-${count}`;
  const what = { model: 'DataTraveler 3.0', bytes: 31_004_295_168, encrypted: known(false) };
  return { at: at(), medium: { subject: serial, serial, kind: 'storage', ...what } satisfies Medium };
});
const prints = madeUp('printing', (count): Job => {
  const target = known({ name: 'Office', target: 'ipps://print.example.gov.uk/queue', reach: 'network' as const });
  return { at: at(), id: count + 1, queue: 'Office', target, sheets: 2 };
});

const store = openStore(data, clock.now());
const { cycle, uplink } = wire(store, identity, {
  data,
  ...machine,
  clock,
  histories: [...machine.histories, sticks.history, prints.history],
  watchers: [],
  transport: () => transport,
});
const never = new AbortController().signal;

async function perform(step: Step): Promise<unknown> {
  switch (step) {
    case 'cycle':
      return cycle.run();
    case 'check-in':
      return uplink.once(never);
    case 'stick':
      sticks.happens();
      return cycle.run(new Set(['removable-media']));
    case 'print':
      prints.happens();
      return cycle.run(new Set(['printing']));
    case 'network down':
    case 'network up':
      return void (isReachable = step === 'network up');
    default:
      return void (offset += Number(step.slice('clock '.length)));
  }
}

const say = () => process.stdout.write(`${JSON.stringify(traffic)}\n`);
say();
for await (const line of createInterface({ input: process.stdin })) {
  await perform(line as Step);
  say();
}
store.sql.close();
await transport.close();
