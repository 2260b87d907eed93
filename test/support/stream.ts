/**
 * A device in a process of its own, for the kill test: the real store, outbox and uplink, and numbered findings made one
 * after the other. `stream.ts DATA LEDGER [LAST [careless]]`: each number is written to the ledger once it has been kept;
 * LAST is the last one there, of a ledger that cannot be read back. A careless device does not wait for its disk, to show
 * that this is noticed. On SIGTERM it makes no more, sends what it has and ends.
 */
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { writeBody } from '../../packages/agent/src/cycle/transitions.ts';
import { wire } from '../../packages/agent/src/agent.ts';
import { systemClock, systemRandom } from '../../packages/agent/src/cli/system.ts';
import { loadIdentity } from '../../packages/agent/src/identity/identity.ts';
import { openStore, type Sql } from '../../packages/agent/src/outbox/store.ts';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { emptyHost } from './host.ts';

const [data = '', ledger = '', last, how] = process.argv.slice(2);

function numbersInLedger(): number[] {
  if (last !== undefined) return [Number(last)];
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').trimEnd().split('\n').map(Number) : [];
}

/** The highest number that was kept, whether or not it was still written down. */
function lastNumber(sql: Sql): number {
  const written = numbersInLedger();
  const kept = sql
    .prepare<[], { number: number | null }>("select max(json_extract(body, '$.observed.number')) as number from outbox")
    .get();
  return Math.max(0, kept?.number ?? 0, ...written.slice(-1));
}

const identity = loadIdentity(data);
if (identity === undefined) throw new Error(`${data} holds no enrolment`);
const store = openStore(data, systemClock.now());
const { sql } = store;
if (how === 'careless') sql.pragma('synchronous = off');
const host = emptyHost(systemClock);
const { outbox, uplink, transport } = wire(store, identity, {
  data,
  host,
  clock: systemClock,
  random: systemRandom,
  log: pino({ level: 'silent' }),
  collectors: [],
  histories: [],
  watchers: [],
  transport: createTransport,
  backOff: { firstMs: 20, mostMs: 200 },
});
const stop = new AbortController();

const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
const linking = uplink.run(stop.signal);
const file = openSync(ledger, 'a');
for (let number = lastNumber(sql) + 1; !stopping.signal.aborted; number += 1) {
  const at = new Date().toISOString();
  const observed = { number };
  const body = {
    rule: 'sticks',
    clause: '1',
    check: 'removable-media',
    subject: 'STICK',
    kind: 'event',
    at,
    verdict: 'fail',
    severity: 'low',
    observed,
    policyVersion: '1',
  } as const;
  outbox.append([writeBody(body, systemRandom)], Date.now());
  writeSync(file, `${number}\n`);
  uplink.wake();
  await delay(Math.random() * 8);
}
while (outbox.waiting().pending > 0) {
  uplink.hurry();
  await delay(50);
}
stop.abort();
await linking;
await transport.close();
sql.close();
