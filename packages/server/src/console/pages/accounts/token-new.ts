import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { actOf, callerOf, type Permission, PERMISSIONS } from '../../../access.ts';
import { NAME } from '../../../people/accounts.ts';
import { CALLER_ROLES, GIVES_RIGHTS, isCallerRole, may, whyNotOnly } from '../../../people/permissions.ts';
import { makeToken } from '../../../people/token-change.ts';
import { type PageDeps, showPage } from '../../console.ts';
import type { FieldError } from '../../entry-form.ts';
import { section } from './list.ts';

export interface TokenFormDeps extends PageDeps {
  readonly random: Random;
}

const DAY_MS = 86_400_000;
const ENDS = [
  { value: '30', text: 'In 30 days' },
  { value: '90', text: 'In 90 days' },
  { value: '365', text: 'In a year' },
  { value: 'none', text: 'When it is revoked' },
] as const;

const Text = Type.Optional(Type.String({ maxLength: 200 }));
const Form = Type.Object(
  {
    name: Text,
    role: Text,
    ends: Text,
    only: Type.Optional(
      Type.Union([Type.String({ maxLength: 80 }), Type.Array(Type.String({ maxLength: 80 }), { maxItems: 100 })]),
    ),
  },
  { additionalProperties: false },
);
type Form = Static<typeof Form>;

/** What a token for less may be for: nothing that gives rights to others. */
const CHOICES = PERMISSIONS.filter((permission) => !GIVES_RIGHTS.includes(permission));

function readForm(form: Form) {
  const name = (form.name ?? '').trim();
  const role = form.role ?? '';
  const only = CHOICES.filter((permission) => [form.only ?? []].flat().includes(permission));
  const errors: FieldError[] = [];
  if (!Value.Check(Type.String(NAME), name)) errors.push({ field: 'name', text: 'Enter what the token is for' });
  if (!isCallerRole(role)) errors.push({ field: 'role', text: 'Choose the role' });
  else if (whyNotOnly(role, only) !== undefined) {
    const beyond = only.filter((permission) => !may(role, permission)).join(', ');
    errors.push({ field: 'only', text: `Choose only what the role may do, which ${beyond} is not` });
  }
  if (!ENDS.some(({ value }) => value === form.ends)) errors.push({ field: 'ends', text: 'Choose when it ends' });
  return { name, role, only, errors, days: Number(form.ends) };
}

/** Making a token: what it is for, what it may, and when it ends; shown once. */
export const newTokenPage: FastifyPluginAsyncTypebox<TokenFormDeps> = async (app, deps) => {
  const config = { access: 'tokens:write' } as const;
  const path = '/add/token';
  const shown = (form: Partial<ReturnType<typeof readForm>> & { ends?: string | undefined }) => ({
    form,
    errors: form.errors ?? [],
    roles: CALLER_ROLES,
    ends: ENDS,
    permissions: CHOICES,
  });
  app.get(path, { schema: { hide: true }, config }, (request, reply) =>
    showPage(deps, { request, reply }, 'token-new', shown({ ends: '90' }), section),
  );
  app.post(path, { schema: { hide: true, body: Form }, config }, async (request, reply) => {
    const read = readForm(request.body);
    const { name, role, errors, days } = read;
    if (errors.length > 0 || !isCallerRole(role)) {
      const model = shown({ ...read, ends: request.body.ends });
      return showPage(deps, { request, reply }, 'token-new', model, { ...section, status: 400 });
    }
    const act = actOf(callerOf(request), deps.clock.now());
    const expiresAt = Number.isNaN(days) ? null : act.at + days * DAY_MS;
    const only: readonly Permission[] | undefined = read.only.length === 0 ? undefined : read.only;
    const { token } = await makeToken(deps, { name, role, expiresAt, only }, act);
    return showPage(deps, { request, reply }, 'token-made', { name, token, expiresAt }, section);
  });
};
