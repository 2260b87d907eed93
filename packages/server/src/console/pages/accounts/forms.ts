import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import Value from 'typebox/value';
import { actOf, callerOf } from '../../../access.ts';
import { Problem } from '../../../errors.ts';
import { NAME } from '../../../people/accounts.ts';
import { giveNewCode, makeAccount, type SetAt } from '../../../people/password-change.ts';
import { CALLER_ROLES, isCallerRole } from '../../../people/permissions.ts';
import { AccountName, addressOf } from '../../../people/routes.ts';
import type { Settings } from '../../../settings.ts';
import { ConfirmForm, showConfirmation } from '../../confirmation.ts';
import { type PageDeps, showPage } from '../../console.ts';
import { type EntryPage, type FieldError, formOf, showForm } from '../../entry-form.ts';
import type { FormValues } from '../../dates.ts';
import { roleWords } from '../../words.ts';
import { crumbsOf, requireAccount } from './acts.ts';
import { section } from './list.ts';

export interface AccountFormDeps extends PageDeps {
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
}

const config = { access: 'accounts:write' } as const;

const PAGE: EntryPage = {
  heading: 'Add an account',
  section: 'settings',
  crumbs: crumbsOf('', 'Add an account'),
  fields: [
    {
      kind: 'text',
      name: 'name',
      label: 'Name',
      hint: 'The name to sign in with. It stands in the audit log.',
      wrong: 'Enter a name of 1 to 100 characters, in one line',
      classes: 'govuk-input--width-20',
    },
    {
      kind: 'select',
      name: 'role',
      label: 'Role',
      hint: 'What they may see and do.',
      items: CALLER_ROLES.map((value) => ({ value, text: roleWords(value) })),
      wrong: 'Choose the role',
    },
    {
      kind: 'tick',
      name: 'secondFactor',
      label: 'Set up an authenticator app at the first sign-in',
      wrong: 'Tick the box, or leave it',
    },
  ],
  action: '/add/account',
  button: 'Add the account',
  intro:
    'You are given a one-time address to pass on. The person sets a password there, which you never see. People who sign in through the council’s own sign-in need no account here.',
  back: '/accounts',
};

function wrongIn(form: FormValues): FieldError[] {
  const name = (form['name'] ?? '').trim();
  const fits = { name: Value.Check(Type.String(NAME), name), role: isCallerRole(form['role'] ?? '') };
  return PAGE.fields.flatMap(({ name: field, wrong }) =>
    Object.hasOwn(fits, field) && !fits[field as keyof typeof fits] ? [{ field, text: wrong }] : [],
  );
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The one-time address, shown here and nowhere else. */
const showAddress = (deps: AccountFormDeps, exchange: Exchange, name: string, setAt: SetAt, isNew: boolean) => {
  const { url } = addressOf(setAt, deps.settings);
  return showPage(deps, exchange, 'account-code', { name, url, expiresAt: setAt.expiresAt, isNew }, section);
};

const newAccount: FastifyPluginAsyncTypebox<AccountFormDeps> = async (app, deps) => {
  app.get('/add/account', { schema: { hide: true }, config }, (request, reply) =>
    showForm(deps, { request, reply }, PAGE, { form: { secondFactor: 'yes' } }),
  );
  app.post('/add/account', { schema: { hide: true, body: formOf(PAGE.fields) }, config }, async (request, reply) => {
    const form = request.body as FormValues;
    const again = (errors: readonly FieldError[]) => showForm(deps, { request, reply }, PAGE, { form, errors });
    const wrong = wrongIn(form);
    const { name = '', role = '', secondFactor } = form;
    if (wrong.length > 0 || !isCallerRole(role)) return again(wrong);
    const made = { name: name.trim(), role, wantsSecondFactor: secondFactor === 'yes' };
    try {
      const { setAt } = await makeAccount(deps, made, actOf(callerOf(request), deps.clock.now()));
      if (setAt === null) throw new Error('an account without a password has a code to set one');
      return await showAddress(deps, { request, reply }, made.name, setAt, true);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'account-taken') throw error;
      return again([{ field: 'name', text: 'There is an account of this name already: choose another name' }]);
    }
  });
};

const newCode: FastifyPluginAsyncTypebox<AccountFormDeps> = async (app, deps) => {
  const path = '/accounts/:name/password-code';
  app.get(path, { schema: { hide: true, params: AccountName }, config }, async (request, reply) => {
    const { name } = await requireAccount(deps.db, callerOf(request).organisation, request.params.name);
    const back = `/accounts/${encodeURIComponent(name)}`;
    return showConfirmation(
      deps,
      { request, reply },
      {
        heading: `Do you want to give ${name} an address to set a new password at?`,
        section: 'settings',
        crumbs: crumbsOf(name, 'New password'),
        lines: [
          'It holds once, for 24 hours. The password that the account has now holds until then.',
          'Pass it on in person, or by a way that only they read. It is recorded under your name.',
        ],
        action: `${back}/password-code`,
        button: 'Make the address',
        back,
      },
    );
  });
  app.post(path, { schema: { hide: true, params: AccountName, body: ConfirmForm }, config }, async (request, reply) => {
    const { name } = request.params;
    const setAt = await giveNewCode(deps, name, actOf(callerOf(request), deps.clock.now()));
    return showAddress(deps, { request, reply }, name, setAt, false);
  });
};

/** Adding an account, and an address for a new password. */
export const accountForms: FastifyPluginAsyncTypebox<AccountFormDeps> = async (app, deps) => {
  await app.register(newAccount, deps);
  await app.register(newCode, deps);
};
