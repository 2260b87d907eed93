import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { clearSessionCookie, sessionIdOf } from '../../people/cookie.ts';
import { createProvider } from '../../people/oidc/provider.ts';
import { signOutAddress } from '../../people/oidc/sign-out.ts';
import { signOut } from '../../people/sign-in.ts';
import { showPage } from '../console.ts';
import type { OidcPageDeps } from './sign-in-oidc.ts';

const Nothing = Type.Object({}, { additionalProperties: false });
const open = { access: 'public' } as const;
/** Whoever has come through the provider goes here: they are still signed in there. */
const THERE = '/sign-out/elsewhere';
/** Where the provider sends the browser back to, as registered there. */
export const SIGNED_OUT = '/signed-out';

// Whoever has signed in may sign out, so it asks for what every role may; only then is the form's token checked.
const signOutForm: FastifyPluginAsyncTypebox<OidcPageDeps> = async (app, deps) => {
  app.post(
    '/sign-out',
    { schema: { hide: true, body: Nothing }, config: { access: 'breaches:report' } },
    async (request, reply) => {
      const sessionId = sessionIdOf(request, deps.settings);
      const by = sessionId === undefined ? undefined : await signOut(deps, sessionId);
      clearSessionCookie(reply, deps.settings);
      return reply.redirect(by === 'oidc' && deps.settings.oidc !== null ? THERE : '/sign-in', 303);
    },
  );
};

/** A link, not a form: the pages' own policy lets no form lead to another server (`form-action`). */
const elsewherePages: FastifyPluginAsyncTypebox<OidcPageDeps> = async (app, deps) => {
  const { settings, clock, log } = deps;
  const { oidc, origin } = settings;
  const provider = oidc === null ? undefined : createProvider(oidc, clock);
  const afterwards = `${origin}${SIGNED_OUT}`;
  const addressThere = async () => (provider === undefined ? undefined : signOutAddress({ provider, log, afterwards }));
  app.get(THERE, { schema: { hide: true }, config: open, exposeHeadRoute: false }, async (request, reply) => {
    const model = { sso: oidc?.label, there: await addressThere() };
    return showPage(deps, { request, reply }, 'signed-out', model);
  });
  app.get(SIGNED_OUT, { schema: { hide: true }, config: open, exposeHeadRoute: false }, (request, reply) => {
    if (request.caller !== null) return reply.redirect('/', 303);
    return showPage(deps, { request, reply }, 'signed-out', { everywhere: oidc !== null, sso: oidc?.label });
  });
};

/** Signing out here, and at the council's provider too for who wants that. */
export const signOutPages: FastifyPluginAsyncTypebox<OidcPageDeps> = async (app, deps) => {
  await app.register(signOutForm, deps);
  await app.register(elsewherePages, deps);
};
