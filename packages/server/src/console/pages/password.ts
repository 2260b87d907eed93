import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { problem } from '../../errors.ts';
import { tellPasswordChanged } from '../../notify/password-changed.ts';
import { PASSWORD } from '../../people/accounts.ts';
import { changePassword, type PasswordDeps, setPassword } from '../../people/password-change.ts';
import { accountOfCode } from '../../people/sign-in-codes.ts';
import { showPage } from '../console.ts';
import type { FieldError } from '../entry-form.ts';
import { personOf } from './sessions.ts';
import type { SignInPageDeps } from './sign-in.ts';

export interface PasswordPageDeps extends SignInPageDeps {
  readonly wake: () => void;
}

const Text = Type.Optional(Type.String({ maxLength: 1024 }));
const Form = Type.Object({ current: Text, password: Text, again: Text }, { additionalProperties: false });
type Form = Static<typeof Form>;

/** What is wrong about a new password, which is entered twice. */
function wrongIn({ password = '', again = '' }: Form): FieldError[] {
  if (password.length < PASSWORD.minLength || password.length > PASSWORD.maxLength)
    return [
      {
        field: 'password',
        text: `The new password must be ${PASSWORD.minLength} to ${PASSWORD.maxLength} characters long`,
      },
    ];
  return again === password ? [] : [{ field: 'again', text: 'Enter the same new password twice' }];
}

const depsOf = ({ db, random }: PasswordPageDeps): PasswordDeps => ({
  db,
  random,
  tell: (tx, changed) => tellPasswordChanged(tx, changed, random),
});

/** What every role may: each looks after their own. */
const own = { access: 'breaches:report' } as const;

const changePage: FastifyPluginAsyncTypebox<PasswordPageDeps> = async (app, deps) => {
  const show = (exchange: Parameters<typeof showPage>[1], errors: readonly FieldError[] = []) =>
    showPage(deps, exchange, 'password', { errors }, { status: errors.length > 0 ? 400 : 200 });
  const requireOwn = (request: Parameters<typeof personOf>[0]) => {
    const person = personOf(request);
    if (person.localAccount !== null) return person;
    throw problem(
      'not-permitted',
      'You did not sign in with a password of this server, so there is none to change here.',
    );
  };
  app.get('/password', { schema: { hide: true }, config: own }, (request, reply) => {
    requireOwn(request);
    return show({ request, reply });
  });
  app.post('/password', { schema: { hide: true, body: Form }, config: own }, async (request, reply) => {
    const { organisation, name, hash } = requireOwn(request);
    const { current = '', password = '' } = request.body;
    const missing = current === '' ? [{ field: 'current', text: 'Enter the password that you have now' }] : [];
    const errors = [...missing, ...wrongIn(request.body)];
    if (errors.length > 0) return show({ request, reply }, errors);
    const change = { organisation, name, hash, current, password, at: deps.clock.now() };
    if ((await changePassword(depsOf(deps), change)) === 'wrong')
      return show({ request, reply }, [{ field: 'current', text: 'This is not the password that you have now' }]);
    deps.wake();
    return reply.redirect('/sessions?done=password', 303);
  });
};

const setPage: FastifyPluginAsyncTypebox<PasswordPageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const config = { access: 'public' } as const;
  const path = '/set-password/:code';
  const params = Type.Object({ code: Type.String({ maxLength: 200 }) });
  const used = (exchange: Parameters<typeof showPage>[1]) =>
    showPage(deps, exchange, 'code-used', { forPassword: true }, { status: 401 });
  app.get(path, { schema: { hide: true, params }, config }, async (request, reply) => {
    const { code } = request.params;
    const account = await accountOfCode(db, code, clock.now());
    if (account === undefined) return used({ request, reply });
    return showPage(deps, { request, reply }, 'set-password', { code, name: account.name, errors: [] });
  });
  app.post(path, { schema: { hide: true, params, body: Form }, config }, async (request, reply) => {
    const { code } = request.params;
    const account = await accountOfCode(db, code, clock.now());
    if (account === undefined) return used({ request, reply });
    const errors = wrongIn(request.body);
    if (errors.length > 0)
      return showPage(deps, { request, reply }, 'set-password', { code, name: account.name, errors }, { status: 400 });
    if (!(await setPassword(depsOf(deps), code, request.body.password ?? '', clock.now())))
      return used({ request, reply });
    deps.wake();
    return showPage(deps, { request, reply }, 'password-set', { name: account.name });
  });
};

/** Changing one's own password, and setting one at an address that somebody was given. */
export const passwordPages: FastifyPluginAsyncTypebox<PasswordPageDeps> = async (app, deps) => {
  await app.register(changePage, deps);
  await app.register(setPage, deps);
};
