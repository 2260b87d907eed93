import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';

/** A provider of a few lines, which gives out whatever identity a test has made: what a real one would never sign. */

type Claims = Record<string, unknown>;

let folder: string;
let web: Server;
let issuer: string;
let server: TestServer;
let identity: (nonce: string) => Promise<string>;
let secretsSeen: string[];

const [theirs, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
const jwk = { ...(await exportJWK(theirs.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };

const metadata = () => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  id_token_signing_alg_values_supported: ['RS256'],
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-forged-'));
  writeFileSync(join(folder, 'secret'), 'ofthetests');
  web = createServer((request, response) => {
    const say = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/keys') return say({ keys: [jwk] });
    if (request.url !== '/token') return say(metadata());
    secretsSeen.push(request.headers.authorization ?? '');
    void identity(nonce).then((id_token) => say({ access_token: 'x', token_type: 'bearer', id_token }));
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  issuer = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await once(web, 'close');
  rmSync(folder, { recursive: true, force: true });
});

let nonce = '';
beforeEach(async () => {
  secretsSeen = [];
  server = await startTestServer({
    BEADLE_SERVER_OIDC_ISSUER: issuer,
    BEADLE_SERVER_OIDC_CLIENT_ID: 'beadle',
    BEADLE_SERVER_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret'),
    BEADLE_SERVER_OIDC_ROLES: '*=worker',
  });
});
afterEach(() => server.close());

const seconds = () => Math.floor(server.clock.now() / 1000);
const claimsFor = (given: string, changed: Claims): Claims => ({
  iss: issuer,
  aud: 'beadle',
  sub: 'ann',
  nonce: given,
  preferred_username: 'ann',
  iat: seconds(),
  exp: seconds() + 300,
  ...changed,
});
const signed = (claims: Claims, key: CryptoKey = theirs.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);

async function signIn(): Promise<number> {
  const begun = await server.app.inject('/sign-in/oidc');
  const asked = new URL(String(begun.headers.location)).searchParams;
  nonce = asked.get('nonce') ?? '';
  const cookies = Object.fromEntries(begun.cookies.map(({ name, value }) => [name, value]));
  const back = new URLSearchParams({ code: 'any', state: asked.get('state') ?? '' });
  const answer = await server.app.inject({ url: `/sign-in/oidc/callback?${back.toString()}`, cookies });
  return answer.statusCode;
}
const sessions = async () => (await server.db.selectFrom('sessions').select('name').execute()).length;

describe('an identity', () => {
  it('that is signed, of now, and for this server is believed, and the secret goes as the provider says', async () => {
    identity = (given) => signed(claimsFor(given, {}));
    expect(await signIn()).toBe(303);
    expect(await sessions()).toBe(1);
    expect(secretsSeen).toEqual([`Basic ${Buffer.from('beadle:ofthetests').toString('base64')}`]);
  });

  const forgeries: Record<string, (given: string) => Promise<string>> = {
    'signed with another key': (given) => signed(claimsFor(given, {}), foreign.privateKey),
    'not signed': async (given) => new UnsecuredJWT(claimsFor(given, {})).encode(),
    'signed with the public key as a secret': (given) =>
      new SignJWT(claimsFor(given, {})).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(JSON.stringify(jwk))),
    'of another issuer': (given) => signed(claimsFor(given, { iss: 'https://evil.example.org' })),
    'for another client': (given) => signed(claimsFor(given, { aud: 'another' })),
    'for several clients, by another': (given) => signed(claimsFor(given, { aud: ['beadle', 'b'], azp: 'b' })),
    'that has lapsed': (given) => signed(claimsFor(given, { exp: seconds() - 120 })),
    'of tomorrow': (given) => signed(claimsFor(given, { nbf: seconds() + 86_400 })),
    'without a nonce': (given) => signed(claimsFor(given, { nonce: undefined })),
    'of another sign-in': () => signed(claimsFor('another', {})),
    'without a subject': (given) => signed(claimsFor(given, { sub: undefined })),
    'that is no JWT': async () => 'x',
  };
  it.each(Object.keys(forgeries))('%s is not', async (forgery) => {
    identity = forgeries[forgery] as (given: string) => Promise<string>;
    expect(await signIn()).toBe(401);
    expect(await sessions()).toBe(0);
  });
});
