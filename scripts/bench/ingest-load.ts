import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import { zstdCompressSync } from 'node:zlib';
import {
  bodyHash,
  CHECK_IN_TYPE,
  type ChainPosition,
  type CheckInAnswer,
  type CheckInHeader,
  type CurrentState,
  type FindingBody,
  linkOf,
  PATHS,
  type Signer,
  signerOf,
  signRequest,
  START,
  stateDigest,
} from '@beadle/shared';
import { Client } from 'undici';
import { sortDocuments } from '../../packages/agent/src/orders/document-types.ts';
import { enrol } from '../../packages/agent/src/uplink/enrol.ts';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { batchOf } from './ingest-findings.ts';

/**
 * The devices of the measurement of ingest, in a process of their own: each sends the batches that it was given, one after
 * the other. Everything but the signature is made before a line on standard input starts the clock.
 */
interface Plan {
  /** Of servers on one database: the devices are dealt out to them in turn. */
  readonly origins: readonly [string, ...string[]];
  readonly tokens: readonly string[];
  readonly batches: number;
}

interface Named {
  readonly id: string;
  readonly generation: number;
  /** Of the policy document that came with the enrolment: with another the server would sign a new one each time. */
  readonly policySerial: number;
}

interface Device extends Named {
  readonly origin: string;
  readonly signer: Signer;
  readonly bodies: readonly Buffer[];
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

function headerOf(device: Named, previous: ChainPosition, state: CheckInHeader['state']): CheckInHeader {
  return {
    protocol: 1,
    generation: device.generation,
    sentAt: new Date().toISOString(),
    previous,
    state,
    agent: {
      version: '0.1.0',
      platform: 'linux',
      release: '6.1.0',
      outbox: { pending: 50, bytes: 20_000, dropped: 0 },
    },
    policySerial: device.policySerial,
    onCouncilNetwork: null,
    facts: {},
  };
}

/** Where the chain stands behind `bodies`; what they say of states goes into `states`, as the server will keep them. */
function follow(device: Named, from: ChainPosition, bodies: readonly Buffer[], states: Map<string, CurrentState>) {
  let previous = from;
  for (const body of bodies) {
    const { rule, subject, verdict, policyVersion, kind } = JSON.parse(body.toString()) as FindingBody;
    if (kind === 'state') states.set(JSON.stringify([rule, subject]), { rule, subject, verdict, policyVersion });
    const place = { previous: previous.link, device: device.id, generation: device.generation };
    const sequence = previous.sequence + 1;
    previous = { sequence, link: linkOf({ ...place, sequence, bodyHash: bodyHash(body) }) };
  }
  return previous;
}

/** Check-ins as the agent writes and packs them; each ends at its head, so that the states are held against each other. */
function writeBatches(device: Named, index: number, count: number): Buffer[] {
  const states = new Map<string, CurrentState>();
  let previous: ChainPosition = START;
  return Array.from({ length: count }, (_, batch) => {
    const bodies = batchOf(index, batch);
    const head = follow(device, previous, bodies, states);
    const state = { sequence: head.sequence, digest: stateDigest([...states.values()]) };
    const lines = [Buffer.from(JSON.stringify(headerOf(device, previous, state))), ...bodies];
    previous = head;
    return zstdCompressSync(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  });
}

function serialIn(documents: readonly string[]): number {
  const [policy = ''] = sortDocuments(documents).policies;
  const payload = Buffer.from(policy.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as { readonly serial: number }).serial;
}

async function enrolOne({ origins, batches }: Plan, token: string, index: number): Promise<Device> {
  const origin = origins[index % origins.length] ?? origins[0];
  const key = generateKeyPairSync('ed25519').privateKey;
  const transport = createTransport(origin);
  const about = { platform: 'linux', release: '6.1.0', agentVersion: '0.1.0', serialNumber: null } as const;
  const answer = await enrol({ server: origin, token, key, transport, clock, about }, AbortSignal.timeout(30_000));
  await transport.close();
  const policySerial = serialIn(answer.documents);
  const device = { origin, id: answer.device, generation: answer.generation, policySerial, signer: signerOf(key) };
  return { ...device, bodies: writeBatches(device, index, batches) };
}

async function send(client: Client, device: Device, body: Buffer, counter: number): Promise<number> {
  const request = { method: 'POST', path: PATHS.checkIns, query: '?', contentEncoding: 'zstd', body } as const;
  const at = { created: Math.floor(Date.now() / 1000), counter };
  const signed = signRequest({ ...request, authority: new URL(device.origin).host }, device.signer, at);
  const headers = { ...signed, 'content-type': CHECK_IN_TYPE, 'content-encoding': 'zstd' };
  const from = performance.now();
  const response = await client.request({ path: PATHS.checkIns, method: 'POST', headers, body });
  const answer = (await response.body.json()) as CheckInAnswer;
  if (response.statusCode !== 200 || answer.matched !== answer.head.sequence)
    throw new Error(`a batch was not accepted: ${response.statusCode} ${JSON.stringify(answer)}`);
  return performance.now() - from;
}

async function sendAll(devices: readonly Device[], from: number, to: number) {
  const latencies: number[] = [];
  const started = performance.now();
  await Promise.all(
    devices.map(async (device) => {
      const client = new Client(device.origin);
      for (let batch = from; batch < to; batch += 1) {
        const body = device.bodies[batch];
        if (body !== undefined) latencies.push(await send(client, device, body, Date.now() * 1000 + batch));
      }
      await client.close();
    }),
  );
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { seconds: (performance.now() - started) / 1000, batches: latencies.length, p50: at(0.5), p99: at(0.99) };
}

const say = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`);

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
const devices: Device[] = [];
for (const [index, token] of plan.tokens.entries()) devices.push(await enrolOne(plan, token, index));
say({ devices: devices.length });
for await (const line of createInterface({ input: process.stdin })) {
  const { from, to } = JSON.parse(line) as { from: number; to: number };
  say(await sendAll(devices, from, to));
}
