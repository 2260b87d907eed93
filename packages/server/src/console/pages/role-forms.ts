import { ROLES, type Role } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { Problem, problem } from '../../errors.ts';
import { changeRoleDays, giveRole, roleVersion, takeRoleBack } from '../../people/role-change.ts';
import { type RoleHolder, roleHolderOf, type Standing, STANDINGS } from '../../people/roles.ts';
import { ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { linkTo } from '../console.ts';
import { type Answers, type EntryPage, formOf, showForm, takeForm, valuesOf } from '../entry-form.ts';
import { capital, roleWords } from '../words.ts';
import type { ImportPageDeps } from './import.ts';
import { DAYS, FIELDS } from './role-fields.ts';
import { requireRole, RoleParams } from './roles.ts';

const dayIn = (body: Answers, name: string): string | null => {
  const day = body[name];
  return typeof day === 'string' ? day : null;
};
const standingIn = ({ standing }: Answers): Standing | undefined => STANDINGS.find((one) => one === standing);

const fieldProblem = (name: string) => problem('validation', '', [{ field: `body.${name}`, expected: '' }]);

/** Throws `validation` where nobody or no standing was named. */
function checkGiven(body: Answers): void {
  const missing = [body['account'] ? '' : 'account', standingIn(body) ? '' : 'standing'].filter((name) => name !== '');
  const fields = missing.map((name) => ({ field: `body.${name}`, expected: '' }));
  if (fields.length > 0) throw problem('validation', '', fields);
}

const crumbsOf = (role: Role, text: string) => [
  { text: 'Roles', href: '/roles' },
  { text: roleWords(role), href: `/roles/${role}` },
  { text },
];

const givePage = (role: Role): EntryPage => ({
  heading: `Give somebody the role ${roleWords(role)}`,
  section: 'people',
  crumbs: crumbsOf(role, 'Give the role'),
  fields: FIELDS,
  check: checkGiven,
  action: `/roles/${role}/give`,
  button: 'Give the role',
  intro: 'This says whom Beadle tells. What somebody may do in Beadle is set with their account.',
  back: `/roles/${role}`,
});

const daysPage = ({ role, id, name, standing }: RoleHolder): EntryPage => ({
  heading: `${capital(standing)}: ${name}`,
  section: 'people',
  crumbs: crumbsOf(requireRole(role), name),
  fields: DAYS,
  action: `/roles/${role}/holders/${id}`,
  button: 'Save changes',
  intro: 'These are the days of the role. Days on which the person is away are on their own page.',
  back: `/roles/${role}`,
});

const config = { access: 'roles:write' } as const;
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

async function give(deps: ImportPageDeps, caller: Caller, role: Role, body: Answers): Promise<string> {
  const given = { role, account: String(body['account']).toLowerCase(), standing: standingIn(body) ?? 'holder' };
  try {
    await giveRole(deps, caller, { ...given, from: dayIn(body, 'from'), until: dayIn(body, 'until') });
  } catch (error) {
    if (error instanceof Problem && error.code === 'person-unknown') throw fieldProblem('account');
    throw error;
  }
  return linkTo(`/roles/${role}`, { done: 'given' });
}

function giving(app: App, deps: ImportPageDeps): void {
  const schema = { hide: true, params: RoleParams } as const;
  app.get('/roles/:role/give', { schema, config }, (request, reply) =>
    showForm(deps, { request, reply }, givePage(requireRole(request.params.role)), { form: {} }),
  );
  app.post('/roles/:role/give', { schema: { ...schema, body: formOf(FIELDS) }, config }, (request, reply) => {
    const role = requireRole(request.params.role);
    const save = (body: Answers) => give(deps, callerOf(request), role, body);
    return takeForm(deps, { request, reply }, givePage(role), { save });
  });
}

const HolderParams = Type.Object({ role: Type.Enum([...ROLES]), id: Type.String({ maxLength: 80 }) });

async function holderOf({ db }: ImportPageDeps, caller: Caller, id: string): Promise<RoleHolder> {
  const holder = await roleHolderOf(db, caller.organisation, id);
  if (holder === undefined) throw problem('not-found', 'Nobody was given a role under this id.');
  return holder;
}

function changing(app: App, deps: ImportPageDeps): void {
  const schema = { hide: true, params: HolderParams } as const;
  app.get('/roles/:role/holders/:id', { schema, config }, async (request, reply) => {
    const holder = await holderOf(deps, callerOf(request), request.params.id);
    const form = valuesOf(DAYS, { from: holder.starts_on, until: holder.ends_on });
    return showForm(deps, { request, reply }, daysPage(holder), { form, version: roleVersion(holder) });
  });
  app.post(
    '/roles/:role/holders/:id',
    { schema: { ...schema, body: formOf(DAYS) }, config },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params;
      const holder = await holderOf(deps, caller, id);
      return takeForm(deps, { request, reply }, daysPage(holder), {
        async save(body, version) {
          const days = { from: dayIn(body, 'from'), until: dayIn(body, 'until') };
          await changeRoleDays(deps, caller, { id, version, ...days });
          return linkTo(`/roles/${holder.role}`, { done: 'changed' });
        },
        versionNow: async () => roleVersion(await holderOf(deps, caller, id)),
      });
    },
  );
}

function takingBack(app: App, deps: ImportPageDeps): void {
  const confirmation = (holder: RoleHolder) => ({
    heading: `Are you sure that ${holder.name} is not to have this role?`,
    section: 'people' as const,
    crumbs: crumbsOf(requireRole(holder.role), 'Take back'),
    lines: ['It has not begun, and is taken off the list. The audit log keeps who gave it and who took it back.'],
    action: `/roles/${holder.role}/holders/${holder.id}/take-back`,
    button: 'Take it back',
    back: `/roles/${holder.role}`,
    version: roleVersion(holder),
  });
  const schema = { hide: true, params: HolderParams } as const;
  app.get('/roles/:role/holders/:id/take-back', { schema, config }, async (request, reply) => {
    const holder = await holderOf(deps, callerOf(request), request.params.id);
    return showConfirmation(deps, { request, reply }, confirmation(holder));
  });
  const posted = { schema: { ...schema, body: ConfirmForm }, config };
  app.post('/roles/:role/holders/:id/take-back', posted, async (request, reply) => {
    const caller = callerOf(request);
    const holder = await holderOf(deps, caller, request.params.id);
    try {
      await takeRoleBack(deps, caller, { id: holder.id, version: request.body.version });
    } catch (error) {
      return showConfirmation(deps, { request, reply }, { ...confirmation(holder), error: refusalOf(error) });
    }
    return reply.redirect(linkTo(`/roles/${holder.role}`, { done: 'taken-back' }), 303);
  });
}

/** Giving a role, changing its days, and taking back one that has not begun. */
export const roleForms: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  giving(app, deps);
  changing(app, deps);
  takingBack(app, deps);
};
