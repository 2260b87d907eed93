import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import {
  type DesiredState,
  type Effect,
  openDesiredState,
  PATHS,
  type Signer,
  signerOf,
  signRequest,
  verifyingKeyOf,
} from '@beadle/shared';
import type { KeptDevice } from '../fleet/device.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const TYPE: Readonly<Record<string, Record<string, string>>> = { POST: { 'content-type': 'application/json' } };

/** Sends signed requests, under a counter that only rises. */
function senderOf(origin: string, signer: Signer) {
  const { host, hostname, port } = new URL(origin);
  let counter = 0;
  return (method: string, path: string, body: Buffer, more: RequestOptions) => {
    counter = Math.max(counter + 1, Date.now());
    const signable = { method, authority: host, path, query: '?', contentEncoding: undefined, body };
    const signed = signRequest(signable, signer, { created: Math.floor(counter / 1000), counter });
    const length = body.length === 0 ? {} : { 'content-length': body.length };
    const headers = { ...signed, ...TYPE[method], ...length };
    const sent = request({ hostname, port, method, path, ...more, headers });
    sent.end(body);
    return once(sent, 'response') as Promise<[IncomingMessage]>;
  };
}

export interface Listener {
  /** Resolves when the stream is there. */
  readonly opened: Promise<unknown>;
}

/** One device: its real key, a socket of its own for the stream, and what it is ordered reported as in force at once. */
export function startListener(origin: string, kept: KeptDevice, reported: (order: string) => void): Listener {
  const { enrolment, key } = kept;
  const signer = signerOf(createPrivateKey(key));
  const serverKey = verifyingKeyOf(enrolment.serverKey);
  const seen = new Set<string>();
  const send = senderOf(origin, signer);
  let version = 0;

  const report = async (state: DesiredState) => {
    const fresh = state.restrictions.filter(({ id }) => !seen.has(id));
    const at = new Date().toISOString();
    const effects = fresh.map(({ id }): Effect => ({ id, effect: 'in-force', at, observed: 'as ordered' }));
    const body = Buffer.from(JSON.stringify({ protocol: 1, version, effects, refused: [] }));
    const [answer] = await send('POST', PATHS.effects, body, { agent });
    answer.resume();
    if (answer.statusCode !== 200) throw new Error(`effects: ${answer.statusCode}`);
    for (const { id } of fresh) {
      seen.add(id);
      reported(id);
    }
  };

  const listen = async () => {
    const [answer] = await send('GET', PATHS.stream, Buffer.alloc(0), { agent: false });
    if (answer.statusCode !== 200) throw new Error(`stream: ${answer.statusCode}`);
    createInterface({ input: answer }).on('line', (line) => {
      if (line === '') return;
      const { document } = JSON.parse(line) as { document: string };
      const state = openDesiredState(document, serverKey, { device: enrolment.device, atLeast: version });
      if (typeof state === 'string') throw new Error(state);
      version = state.version;
      void report(state);
    });
  };
  return { opened: listen() };
}
