import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  CHECK_IN_TYPE,
  type CheckInAnswer,
  type DesiredState,
  enrolmentProof,
  type EnrolmentAnswer,
  type Effect,
  openDesiredState,
  parseToken,
  PATHS,
  publicJwkOf,
  signerOf,
  signRequest,
  START,
  type Signer,
  stateDigest,
  verifyingKeyOf,
} from '@beadle/shared';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { TestServer } from '../app/harness.ts';

type Server = Pick<TestServer, 'app' | 'as' | 'settings'>;

const authorityOf = ({ settings }: Pick<Server, 'settings'>): string => settings.authorities[0] ?? '';

interface Signing {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: Buffer;
  readonly type?: string;
  readonly signer?: Signer;
  readonly counter?: number;
  readonly authority?: string;
}

/** A device that has a real key, and says and hears what an agent does; it has no state of its own but its counter. */
export interface Listener {
  readonly id: string;
  readonly assetTag: string;
  readonly generation: number;
  readonly signer: Signer;
  /** The counter of its next request. */
  counter: number;
  headers(signing: Signing): Record<string, string>;
  shot(signing: Signing): InjectOptions;
  /** Reports these effects as of a version. */
  report(version: number, effects?: readonly Effect[], more?: object): Promise<LightMyRequestResponse>;
  /** The documents of a check-in. */
  checkIn(): Promise<readonly string[]>;
  /** A document's content, where the server has signed it for this device. */
  open(jws: string): DesiredState;
  /** The newest desired state among a check-in's documents. */
  desired(): Promise<DesiredState | undefined>;
}

/** Asks to be enrolled with a token, as a laptop does; `more` is what it tells of itself. */
export async function askToEnrol(
  { app, settings }: Pick<Server, 'app' | 'settings'>,
  token: string,
  more: { readonly serialNumber?: string; readonly name?: string } = {},
  key: KeyObject = generateKeyPairSync('ed25519').privateKey,
): Promise<LightMyRequestResponse> {
  const authority = authorityOf({ settings });
  const parsed = parseToken(token);
  if (parsed === undefined) throw new Error('not a token');
  const signer = signerOf(key);
  const told = { serialNumber: null, platform: 'linux', release: '6.1', agentVersion: '0.1.0', ...more };
  const proof = enrolmentProof(parsed.secret, signer.keyId);
  const body = Buffer.from(JSON.stringify({ protocol: [1], token: parsed.id, proof, key: publicJwkOf(key), ...told }));
  const signable = { method: 'POST', authority, path: PATHS.enrolments, query: '?', contentEncoding: undefined };
  const headers = signRequest({ ...signable, body }, signer, { created: 1, counter: 1 });
  return app.inject({
    method: 'POST',
    url: PATHS.enrolments,
    headers: { host: authority, 'content-type': 'application/json', ...headers },
    payload: body,
  });
}

async function enrol(server: Server, assetTag: string, key: KeyObject) {
  const { as } = server;
  await as('administrator', { method: 'POST', url: '/api/v1/devices', payload: { assetTag, kind: 'laptop' } });
  const url = `/api/v1/devices/${assetTag}/enrolment-tokens`;
  const { token } = (await as('administrator', { method: 'POST', url, payload: {} })).json<{ token: string }>();
  const answer = await askToEnrol(server, token, {}, key);
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json<EnrolmentAnswer>();
}

/** Registers a device where it is not there yet, and enrols it (anew). */
export async function enrolListener(server: Server, assetTag = 'DBC-1'): Promise<Listener> {
  const key = generateKeyPairSync('ed25519').privateKey;
  const answer = await enrol(server, assetTag, key);
  const signer = signerOf(key);
  const serverKey = verifyingKeyOf(answer.serverKey);
  const none = Buffer.alloc(0);
  const device: Listener = {
    id: answer.device,
    assetTag,
    generation: answer.generation,
    signer,
    counter: 100,
    headers({ path, method = 'POST', body = none, type, authority = authorityOf(server), ...by }) {
      const counter = by.counter ?? (device.counter += 1);
      const signable = { method, authority, path, query: '?', contentEncoding: undefined, body };
      const signed = signRequest(signable, by.signer ?? signer, { created: 1, counter });
      return { host: authority, ...(type === undefined ? {} : { 'content-type': type }), ...signed };
    },
    shot: (signing) => ({
      method: signing.method ?? 'POST',
      url: signing.path,
      headers: device.headers(signing),
      ...(signing.body === undefined ? {} : { payload: signing.body }),
    }),
    report(version, effects = [], more = {}) {
      const body = Buffer.from(JSON.stringify({ protocol: 1, version, effects, refused: [], ...more }));
      return server.app.inject(device.shot({ path: PATHS.effects, body, type: 'application/json' }));
    },
    async checkIn() {
      const header = {
        protocol: 1,
        generation: answer.generation,
        sentAt: '2026-06-04T08:32:00.000Z',
        previous: START,
        state: { sequence: 0, digest: stateDigest([]) },
        agent: { version: '0', platform: 'linux', release: '6', outbox: { pending: 0, bytes: 0, dropped: 0 } },
        policySerial: 0,
        onCouncilNetwork: null,
        facts: {},
      };
      const body = Buffer.from(`${JSON.stringify(header)}\n`);
      const told = await server.app.inject(device.shot({ path: PATHS.checkIns, body, type: CHECK_IN_TYPE }));
      if (told.statusCode !== 200) throw new Error(told.body);
      return told.json<CheckInAnswer>().documents;
    },
    open(jws) {
      const opened = openDesiredState(jws, serverKey, { device: answer.device, atLeast: 0 });
      if (typeof opened === 'string') throw new Error(opened);
      return opened;
    },
    async desired() {
      const documents = (await device.checkIn()).filter((jws) =>
        Buffer.from(jws.split('.')[0] ?? '', 'base64url')
          .toString()
          .includes('desired-state'),
      );
      return documents.map((jws) => device.open(jws)).at(-1);
    },
  };
  return device;
}

/** Orders, as ICT does over the API. */
export const LOCK = {
  kind: 'lock',
  until: null,
  reason: 'Reported as lost',
  notice: 'This laptop has been reported as lost.',
  telephone: '01442 000000',
} as const;
