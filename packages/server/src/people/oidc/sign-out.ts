import * as client from 'openid-client';
import { codeOf } from '../../errors.ts';
import type { OidcDeps } from './sign-in.ts';

interface SignOutDeps extends Pick<OidcDeps, 'provider' | 'log'> {
  /** Where the provider sends the browser then, as registered there. */
  readonly afterwards: string;
}

/**
 * Where somebody signs out at the provider too (OpenID Connect RP-Initiated Logout 1.0, 2); undefined where the provider names
 * no such place, or cannot be had. Nothing that the provider signed is kept to be handed back (`id_token_hint`), so that it
 * may ask whether they mean it: everything else that they have open by it ends as well.
 */
export async function signOutAddress({ provider, log, afterwards }: SignOutDeps): Promise<string | undefined> {
  try {
    const found = await provider();
    if (found.serverMetadata().end_session_endpoint === undefined) return undefined;
    return client.buildEndSessionUrl(found, { post_logout_redirect_uri: afterwards }).href;
  } catch (error) {
    log.warn({ code: codeOf(error) }, 'the sign-in provider could not be reached to sign out');
    return undefined;
  }
}
