import { hash } from 'node:crypto';
import { iso } from '@beadle/shared';
import * as client from 'openid-client';
import { recordAct } from '../../audit/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import { codeOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { OidcSettings } from '../../settings-oidc.ts';
import { beginAttempt, type Begun, takeAttempt } from '../attempts.ts';
import type { SignedIn } from '../sessions.ts';
import { admit, type Came, type SignInDeps } from '../sign-in.ts';
import { spanningGroups } from '../spanning/grants.ts';
import { readClaims, type Refusal, type Told } from './claims.ts';
import { nameOf } from './name.ts';
import type { Provider } from './provider.ts';

export interface OidcDeps extends SignInDeps {
  readonly oidc: OidcSettings;
  readonly provider: Provider;
  /** Of this server, as registered at the provider. */
  readonly redirectUri: string;
  readonly log: Pick<Log, 'warn'>;
}

/** What keeps somebody from signing in: `stale` began elsewhere or too long ago, `provider-refused` is the provider's no. */
export type Failure = Refusal | 'stale' | 'provider-away' | 'provider-refused' | 'not-believed';

/** What belongs to one attempt is made of what its browser alone holds, so that the database keeps no secret of it. */
const madeOf = (attemptId: string) => {
  const made = (what: string) => hash('sha256', `beadle-oidc-1\n${what}\n${attemptId}`, 'base64url');
  return { state: made('state'), nonce: made('nonce'), pkceCodeVerifier: made('verifier') };
};

/** Where the browser goes to sign in, and what it keeps meanwhile; or why it cannot. */
export async function beginOidc(
  deps: OidcDeps,
  { organisation, next }: { readonly organisation: string; readonly next: string },
): Promise<(Begun & { readonly url: string }) | { readonly failure: Failure }> {
  const { db, clock, random } = deps;
  let provider: client.Configuration;
  try {
    provider = await deps.provider();
  } catch (error) {
    return failed(deps, error);
  }
  const attempt = { organisation, kind: 'oidc', account: null, next } as const;
  const begun = await inTransaction(db, (tx) => beginAttempt(tx, attempt, clock.now(), random));
  return { ...begun, url: await addressAt(provider, deps, begun.attemptId) };
}

async function addressAt(
  provider: client.Configuration,
  { oidc, redirectUri }: OidcDeps,
  attemptId: string,
): Promise<string> {
  const { state, nonce, pkceCodeVerifier } = madeOf(attemptId);
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: oidc.scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  return url.href;
}

interface Returned extends Came {
  /** The query with which the provider has sent the browser back. */
  readonly query: URLSearchParams;
  /** Of the browser's cookie. */
  readonly attemptId: string | undefined;
}

/** Finishes a sign-in, once; the session, and where the person goes on. */
export async function finishOidc(
  deps: OidcDeps,
  returned: Returned,
): Promise<{ readonly session: SignedIn; readonly next: string } | { readonly failure: Failure }> {
  const { attemptId, query } = returned;
  // An answer to another browser's question uses up nothing of this one's.
  if (attemptId === undefined || query.get('state') !== madeOf(attemptId).state) return refused(deps, 'stale');
  const attempt = await inTransaction(deps.db, (tx) => takeAttempt(tx, attemptId, 'oidc', deps.clock.now()));
  if (attempt === undefined) return refused(deps, 'stale');
  const claims = await exchange(deps, query, attemptId).catch((error: unknown) => failed(deps, error));
  if ('failure' in claims) return claims;
  const told = readClaims(claims.told, deps.oidc);
  return 'refusal' in told
    ? refused(deps, told.refusal, attempt.organisation, told.account)
    : admitTold(deps, { told, returned, organisation: attempt.organisation, next: attempt.next });
}

/** What the provider has signed about who has signed in: the library holds it against nonce, audience, issuer, time and key. */
async function exchange(
  { provider, redirectUri }: OidcDeps,
  query: URLSearchParams,
  attemptId: string,
): Promise<{ readonly told: Readonly<Record<string, unknown>> }> {
  const { state, nonce, pkceCodeVerifier } = madeOf(attemptId);
  const url = new URL(`${redirectUri}?${query.toString()}`);
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(await provider(), url, checks);
  return { told: { ...tokens.claims() } };
}

async function admitTold(
  deps: OidcDeps,
  given: { readonly told: Told; readonly returned: Came; readonly organisation: string; readonly next: string },
): Promise<{ readonly session: SignedIn; readonly next: string } | { readonly failure: Failure }> {
  const { told, organisation, next, returned } = given;
  const { account, role } = told;
  const at = deps.clock.now();
  const named = await nameOf(deps.db, organisation, account, iso(at).slice(0, 10));
  if (typeof named === 'string') return refused(deps, named, organisation, account);
  const person = { organisation, name: named.name, role };
  const { previous, browser } = returned;
  const session = await inTransaction(deps.db, async (tx) => {
    const groups = await spanningGroups(tx, organisation, told.groups);
    return admit(tx, deps, { person, by: 'oidc', at, previous, browser, account: named.account, groups });
  });
  return { session, next };
}

/** Whom the provider knows is on record; who comes with nothing that holds is only counted. */
async function refused(
  { db, clock, metrics }: OidcDeps,
  failure: Failure,
  organisation?: string,
  account: string | null = null,
): Promise<{ readonly failure: Failure }> {
  metrics.signInsRefused.inc();
  if (organisation !== undefined && account !== null) {
    const act = { organisation, at: clock.now(), actor: 'nobody', action: 'sign-in-refused' };
    await inTransaction(db, (tx) =>
      recordAct(tx, { ...act, target: `account:${account}`, detail: { by: 'oidc', why: failure } }),
    );
  }
  return { failure };
}

/** Codes of the library that say that there was no answer of the kind that a provider which works gives. */
const AWAY = /^OAUTH_(TIMEOUT|ABORT|RESPONSE_IS_NOT_CONFORM|RESPONSE_IS_NOT_JSON)$/;

/** Its causes may hold tokens and claims: the log has codes alone. */
function failed({ log, metrics }: OidcDeps, error: unknown): { readonly failure: Failure } {
  metrics.signInsRefused.inc();
  if (error instanceof client.AuthorizationResponseError) {
    log.warn({ code: error.error.slice(0, 100) }, 'the sign-in provider refused');
    return { failure: 'provider-refused' };
  }
  const own = codeOf(error);
  if (own?.startsWith('OAUTH_') === true && !AWAY.test(own)) {
    const said = error instanceof client.ResponseBodyError ? error.error.slice(0, 100) : undefined;
    log.warn({ code: own, said }, 'a sign-in was not believed');
    return { failure: 'not-believed' };
  }
  const code = codeOf(error instanceof Error ? error.cause : undefined) ?? own;
  if (own === 'ENOENT' || own === 'EACCES') log.warn({ code }, 'oidc.clientSecretFile cannot be read');
  else
    log.warn(
      { code, name: error instanceof Error ? error.name : undefined },
      'the sign-in provider could not be reached',
    );
  return { failure: 'provider-away' };
}
