import { readFileSync } from 'node:fs';
import type { Clock } from '@beadle/shared';
import * as client from 'openid-client';
import { Agent, fetch as undiciFetch, ProxyAgent } from 'undici';
import type { OidcSettings } from '../../settings-oidc.ts';

/** How long what the provider says about itself is believed; its keys are kept by the library. */
const BELIEVED_MS = 3_600_000;
/** After one that failed the provider is left alone for a moment: people press the button again. */
const QUIET_MS = 2_000;
const TIMEOUT_SECONDS = 10;
const CLOCKS_DIFFER_SECONDS = 30;

/** What the provider says about itself and how it is asked; rejects where it cannot be had. */
export type Provider = () => Promise<client.Configuration>;

/** Straight, or as the settings say: through a proxy, or to a provider with a certificate of the council's own authority. */
function fetchOf({ proxy, caFile }: OidcSettings): client.CustomFetch | undefined {
  if (proxy === null && caFile === null) return undefined;
  const tls = caFile === null ? {} : { ca: readFileSync(caFile, 'utf8') };
  const dispatcher =
    proxy === null ? new Agent({ connect: tls }) : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: tls });
  return (url, { body, signal, ...options }) =>
    undiciFetch(url, { ...options, body: body ?? null, signal: signal ?? null, dispatcher });
}

/** By the way that the provider says it knows (OpenID Connect Discovery 1.0, 3: left out, it is `client_secret_basic`). */
const authenticate =
  ({ readSecret }: OidcSettings): client.ClientAuth =>
  (server, ...rest) => {
    const posts = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') === true;
    const way = posts ? client.ClientSecretPost : client.ClientSecretBasic;
    way(readSecret())(server, ...rest);
  };

async function discover(settings: OidcSettings, clock: Clock): Promise<client.Configuration> {
  const { issuer, clientId } = settings;
  const theirFetch = fetchOf(settings);
  const clear = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  const metadata = {
    [client.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
    [client.clockTolerance]: CLOCKS_DIFFER_SECONDS,
  };
  const found = await client.discovery(issuer, clientId, metadata, authenticate(settings), {
    // The signature of the identity is verified even where TLS has brought it: a proxy may have opened that.
    execute: [client.enableNonRepudiationChecks, ...clear],
    timeout: TIMEOUT_SECONDS,
    ...(theirFetch === undefined ? {} : { [client.customFetch]: theirFetch }),
  });
  if (found.serverMetadata().authorization_endpoint === undefined)
    throw new Error(`the provider at ${issuer.href} does not say where people sign in`);
  // The library lets Microsoft's addresses name another issuer than the one that was asked.
  if (new URL(found.serverMetadata().issuer).href !== issuer.href)
    throw new Error(`the provider at ${issuer.href} names itself otherwise`);
  return found;
}

/** Nothing is asked before the first sign-in: a provider that is down keeps no server from starting. */
export function createProvider(settings: OidcSettings, clock: Clock): Provider {
  let kept: { readonly found: Promise<client.Configuration>; readonly until: number } | undefined;
  let before: client.Configuration | undefined;
  return async () => {
    const now = clock.monotonic();
    if (kept === undefined || now >= kept.until) kept = { found: discover(settings, clock), until: now + BELIEVED_MS };
    const { found } = kept;
    try {
      before = await found;
      return before;
    } catch (error) {
      if (kept?.found === found) kept = { found, until: now + QUIET_MS };
      // What held an hour ago is better than nobody signing in; whether it still does, the sign-in itself shows.
      if (before !== undefined) return before;
      throw error;
    }
  };
}
