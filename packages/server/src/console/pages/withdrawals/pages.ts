import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { WithdrawalPageDeps } from './deps.ts';
import { withdrawalListPages } from './list.ts';
import { withdrawalOnePages } from './one.ts';
import { withdrawalOrderPages } from './order.ts';

/** `/withdrawals`: who has what withdrawn, ordering it, watching it and giving it back (clause 4.6). */
export const withdrawalPages: FastifyPluginAsyncTypebox<WithdrawalPageDeps> = async (app, deps) => {
  await app.register(withdrawalListPages, deps);
  await app.register(withdrawalOrderPages, deps);
  await app.register(withdrawalOnePages, deps);
};
