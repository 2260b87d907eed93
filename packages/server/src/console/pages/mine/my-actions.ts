import { typedKey } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../../access.ts';
import { actionsOfOwners, type DueAction } from '../../../breaches/life/actions-due.ts';
import { may } from '../../../people/permissions.ts';
import { type Named, selfAndStaff } from '../../../people/staff.ts';
import { type PageDeps, showPage } from '../../console.ts';

const of = (actions: readonly DueAction[], { keys }: Named) =>
  actions.filter(({ owner }) => keys.includes(typedKey(owner)));

/**
 * `/my-actions`: what somebody is to do about breaches, and what those are to do whom they manage: the actions alone, and
 * nothing of what they come from.
 */
export const myActionsPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get('/my-actions', { schema: { hide: true }, config: { access: 'own:read' } }, async (request, reply) => {
    const caller = callerOf(request);
    const { self, staff } = await selfAndStaff(deps.db, caller);
    const keys = [self, ...staff].flatMap((one) => one.keys);
    const actions = await actionsOfOwners(deps.db, caller, keys);
    const model = {
      mine: of(actions, self),
      staff: staff
        .map((one) => ({ name: one.name, actions: of(actions, one) }))
        .filter((one) => one.actions.length > 0),
      manages: staff.length,
      now: deps.clock.now(),
      mayRead: may(caller.role, 'breaches:read'),
    };
    return showPage(deps, { request, reply }, 'my-actions', model, { section: 'my-device' });
  });
};
