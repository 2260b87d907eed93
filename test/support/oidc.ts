import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

/** Who has an account at the provider: the claims of each, by name. */
export type OidcPeople = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
  stop(): Promise<void>;
}

interface Options {
  readonly people: OidcPeople;
  readonly redirectUri: string;
  /** Where it sends a browser back to that has signed out. */
  readonly signedOutUri?: string;
  /** Where it is to be had; 0 for any port. */
  readonly port?: number;
}

const CLIENT = { id: 'beadle', secret: 'a-secret-of-the-tests' } as const;

const page = (uid: string) => `<!doctype html><html lang="en"><title>Council sign-in</title>
<h1>Council sign-in</h1>
<form method="post" action="/interaction/${uid}">
<label>Account <input name="account"></label><button>Continue</button></form>
<a href="/interaction/${uid}/cancel">Cancel</a>`;

function providerAt(issuer: string, { people, redirectUri, signedOutUri }: Options): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        ...(signedOutUri === undefined ? {} : { post_logout_redirect_uris: [signedOutUri] }),
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups', '_claim_names'] },
    // As most providers do: what is asked for is in the identity token itself.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['of-the-tests'] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_context, id) => {
      const claims = people[id];
      return claims === undefined ? undefined : { accountId: id, claims: () => ({ sub: id, ...claims }) };
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  });
}

/** Asks for an account's name and no password, and consents to everything. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.url?.endsWith('/cancel')) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page(uid));
    return;
  }
  const accountId = new URLSearchParams(await text(request)).get('account') ?? '';
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope('openid profile email');
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { login: { accountId }, consent });
}

/** A provider of OpenID Connect (panva/node-oidc-provider, certified by the OpenID Foundation) on this machine. */
export async function startOidcProvider(options: Options): Promise<OidcProvider> {
  const server = createServer().listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = providerAt(issuer, options);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) void answer(request, response);
    else interact(provider, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return {
    issuer,
    clientId: CLIENT.id,
    secret: CLIENT.secret,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const cookiesIn = (response: Response): Map<string, string> =>
  new Map(response.headers.getSetCookie().map((line) => /^([^=]+)=([^;]*)/.exec(line)?.slice(1) as [string, string]));

/** What a browser keeps of the provider. */
export type Jar = Map<string, string>;

async function askWith(jar: Jar, url: string, body?: string): Promise<Response> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) };
  const init = { headers, redirect: 'manual' as const };
  const response = await fetch(url, body === undefined ? init : { ...init, method: 'POST', body });
  for (const [name, value] of cookiesIn(response)) jar.set(name, value);
  return response;
}

/** Signs in at the provider as a browser would, from the address that the server sends it to; where it is sent back to. */
export async function signInAtProvider(address: string, account: string, jar: Jar = new Map()): Promise<string> {
  const { origin } = new URL(address);
  let url = new URL(address);
  for (let hops = 0; hops < 8; hops += 1) {
    const isForm = url.pathname.startsWith('/interaction/');
    const response = await askWith(jar, url.href, isForm ? new URLSearchParams({ account }).toString() : undefined);
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.href}: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url.href;
  }
  throw new Error('the provider sends the browser round in circles');
}

/** Whether the provider asks who somebody is who comes from this address, as it does of who is not signed in there. */
export async function isAskedAtProvider(address: string, jar: Jar): Promise<boolean> {
  const { headers } = await askWith(jar, address);
  return new URL(headers.get('location') ?? '', address).pathname.startsWith('/interaction/');
}

/** Signs out at the provider, saying yes to its question; where the browser is sent back to. */
export async function signOutAtProvider(address: string, jar: Jar): Promise<string> {
  const asked = await askWith(jar, address);
  const form = await asked.text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1];
  const action = /action="([^"]+)"/.exec(form)?.[1];
  if (xsrf === undefined || action === undefined) throw new Error(`${address}: ${asked.status} ${form}`);
  const answer = await askWith(jar, action, new URLSearchParams({ xsrf, logout: 'yes' }).toString());
  return answer.headers.get('location') ?? `${answer.status} ${await answer.text()}`;
}
