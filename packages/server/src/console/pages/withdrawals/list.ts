import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { readCursor, toPage } from '../../../pagination.ts';
import { may } from '../../../people/permissions.ts';
import { listInForce, presentInForce } from '../../../withdrawals/in-force.ts';
import { presentWithdrawal } from '../../../withdrawals/present.ts';
import { listWithdrawals } from '../../../withdrawals/read.ts';
import { linkTo, showPage } from '../../console.ts';
import type { WithdrawalPageDeps } from './deps.ts';

const ON_A_PAGE = 25;
const PEOPLE_ON_A_PAGE = 50;
const LIST = '/withdrawals';
const config = { access: 'withdrawals:read' } as const;

const SHOWN = { open: true, ended: false, all: undefined } as const;
const Field = Type.Optional(Type.String({ maxLength: 1000 }));
const Query = Type.Object(
  { show: Type.Optional(Type.Enum(['open', 'ended', 'all'])), subject: Field, cursor: Field },
  { additionalProperties: false },
);

/** The withdrawals themselves, and who has what withdrawn now. */
export const withdrawalListPages: FastifyPluginAsyncTypebox<WithdrawalPageDeps> = async (app, deps) => {
  app.get(LIST, { schema: { hide: true, querystring: Query }, config }, async (request, reply) => {
    const { show = 'open', subject, cursor } = request.query;
    const caller = callerOf(request);
    const after = readCursor(cursor || undefined, ['string'])?.[0];
    const filter = { open: SHOWN[show], subject: subject || undefined };
    const rows = await listWithdrawals(deps.db, caller, filter, { limit: ON_A_PAGE, after });
    const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], presentWithdrawal);
    const model = {
      withdrawals: items,
      show,
      subject,
      mayOrder: may(caller.role, 'withdrawals:order'),
      next: nextCursor && linkTo(LIST, { show, subject, cursor: nextCursor }),
    };
    return showPage(deps, { request, reply }, 'withdrawals', model, { section: 'withdrawals' });
  });

  const querystring = Type.Object({ cursor: Field }, { additionalProperties: false });
  app.get(`${LIST}/in-force`, { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const { organisation } = callerOf(request);
    const after = readCursor(request.query.cursor || undefined, ['string', 'string']);
    const rows = await listInForce(deps.db, organisation, { limit: PEOPLE_ON_A_PAGE, after });
    const { items, nextCursor } = toPage(rows, PEOPLE_ON_A_PAGE, ({ account, id }) => [account, id], presentInForce);
    const model = { parts: items, next: nextCursor && linkTo(`${LIST}/in-force`, { cursor: nextCursor }) };
    return showPage(deps, { request, reply }, 'withdrawals-in-force', model, { section: 'withdrawals' });
  });
};
