import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actOf, callerOf } from '../../../access.ts';
import type { Db } from '../../../db/database.ts';
import { problem } from '../../../errors.ts';
import {
  type Act,
  changeAccount,
  changeSecondFactor,
  endSessionsFor,
  type ListedAccount,
  readListedAccount,
} from '../../../people/account-change.ts';
import { AccountName } from '../../../people/routes.ts';
import { listGrants, takeGrantBack } from '../../../people/spanning/grants.ts';
import { type Confirmation, ConfirmForm, refusalOf, showConfirmation } from '../../confirmation.ts';
import { linkTo, type PageDeps } from '../../console.ts';

interface AccountAct {
  readonly heading: (name: string) => string;
  readonly lines: readonly string[];
  readonly button: string;
  readonly run: (db: Db, name: string, act: Act) => Promise<unknown>;
}

const ACTS = {
  disable: {
    heading: (name) => `Are you sure that you want to disable ${name}?`,
    lines: [
      'It can no longer sign in, is signed out everywhere at once, and one-time addresses given to it hold no longer.',
      'Nothing that it did is removed. You can enable it again.',
    ],
    button: 'Disable the account',
    run: (db, name, act) => changeAccount(db, name, { disabled: true }, act),
  },
  enable: {
    heading: (name) => `Are you sure that you want to enable ${name}?`,
    lines: ['It can sign in again with the password and the second factor that it had.'],
    button: 'Enable the account',
    run: (db, name, act) => changeAccount(db, name, { disabled: false }, act),
  },
  'reset-second-factor': {
    heading: (name) => `Are you sure that you want to reset the second factor of ${name}?`,
    lines: [
      'The authenticator app and the recovery codes that it has hold no longer. It sets up a new app at its next sign-in.',
      'Make sure that it is really they who ask: whoever has the password could then set up an app of their own.',
    ],
    button: 'Reset the second factor',
    run: (db, name, act) => changeSecondFactor(db, name, 'reset', act),
  },
  'require-second-factor': {
    heading: (name) => `Are you sure that ${name} is to need a second factor?`,
    lines: ['It sets up an authenticator app at its next sign-in.'],
    button: 'Require a second factor',
    run: (db, name, act) => changeSecondFactor(db, name, 'require', act),
  },
  'sign-out': {
    heading: (name) => `Are you sure that you want to sign ${name} out everywhere?`,
    lines: ['It can sign in again at once, with its password and its second factor.'],
    button: 'Sign out everywhere',
    run: (db, name, act) => endSessionsFor(db, name, {}, act),
  },
} as const satisfies Record<string, AccountAct>;

/** Throws `account-unknown`. */
export async function requireAccount(db: Db, organisation: string, name: string): Promise<ListedAccount> {
  const account = await readListedAccount(db, organisation, name);
  if (account === undefined) throw problem('account-unknown', 'There is no account of this name.');
  return account;
}

const config = { access: 'accounts:write' } as const;
const pathOf = (name: string): string => `/accounts/${encodeURIComponent(name)}`;
export const crumbsOf = (name: string, text: string) => [
  { text: 'Settings', href: '/settings' },
  { text: 'Accounts', href: '/accounts' },
  ...(name === '' ? [] : [{ text: name, href: pathOf(name) }]),
  { text },
];

function questionOf(name: string, act: keyof typeof ACTS): Confirmation {
  const { heading, lines, button } = ACTS[act];
  return {
    heading: heading(name),
    section: 'settings',
    crumbs: crumbsOf(name, button),
    lines: [...lines, 'It is recorded under your name.'],
    action: `${pathOf(name)}/${act}`,
    button,
    back: pathOf(name),
  };
}

const accountActs: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const acts = Object.keys(ACTS) as (keyof typeof ACTS)[];
  const params = Type.Object({ ...AccountName.properties, act: Type.Enum(acts) });
  app.get('/accounts/:name/:act', { schema: { hide: true, params }, config }, async (request, reply) => {
    const { name } = await requireAccount(db, callerOf(request).organisation, request.params.name);
    return showConfirmation(deps, { request, reply }, questionOf(name, request.params.act));
  });
  const posted = { schema: { hide: true, params, body: ConfirmForm }, config };
  app.post('/accounts/:name/:act', posted, async (request, reply) => {
    const { act } = request.params;
    const { name } = await requireAccount(db, callerOf(request).organisation, request.params.name);
    try {
      await ACTS[act].run(db, name, actOf(callerOf(request), clock.now()));
    } catch (error) {
      return showConfirmation(deps, { request, reply }, { ...questionOf(name, act), error: refusalOf(error) });
    }
    return reply.redirect(linkTo(pathOf(name), { done: act }), 303);
  });
};

/** A role that somebody of another council has here, taken back. */
const grantActs: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const path = '/spanning-roles/:id/take-back';
  const params = Type.Object({ id: Type.String({ maxLength: 80 }) });
  const unknown = () => problem('not-found', 'Nobody has such a role here.');
  app.get(path, { schema: { hide: true, params }, config }, async (request, reply) => {
    const grants = await listGrants(db, callerOf(request).organisation);
    const grant = grants.find(({ id }) => id === request.params.id);
    if (grant === undefined) throw unknown();
    return showConfirmation(
      deps,
      { request, reply },
      {
        heading: `Are you sure that ${grant.name} is not to act for this council?`,
        section: 'settings',
        crumbs: crumbsOf('', 'Take the role back'),
        lines: [`They are of ${grant.from}. What they did stays on record. It is recorded under your name.`],
        action: `/spanning-roles/${encodeURIComponent(grant.id)}/take-back`,
        button: 'Take the role back',
        back: '/accounts',
      },
    );
  });
  app.post(path, { schema: { hide: true, params, body: ConfirmForm }, config }, async (request, reply) => {
    if (!(await takeGrantBack(db, request.params.id, actOf(callerOf(request), clock.now())))) throw unknown();
    // Whoever takes back their own role is at home again.
    return reply.redirect(callerOf(request).home === undefined ? '/accounts?done=taken-back' : '/', 303);
  });
};

/** Disabling and enabling an account, its second factor, and signing it out: asked about once more, and on record. */
export const accountActPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  await app.register(accountActs, deps);
  await app.register(grantActs, deps);
};
