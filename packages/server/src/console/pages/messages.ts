import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import type { ChannelSettings } from '../../notify/channels.ts';
import { channelsUsed, type DeliveryFilter, listDeliveries, NOTICE_STATUSES } from '../../notify/list.ts';
import { retryNotice } from '../../notify/retry.ts';
import { presentDelivery } from '../../notify/routes.ts';
import { seesField } from '../../people/fields.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { linkTo, mayAct, showPage } from '../console.ts';
import { refusalWords } from './act-words.ts';
import type { ActPageDeps } from './authorisation.ts';

export interface MessagePageDeps extends ActPageDeps {
  readonly settings: Pick<ChannelSettings, 'webhooks' | 'siems'>;
}

const ON_A_PAGE = 25;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object(
  { breach: Field(40), channel: Field(60), status: Field(20), cursor: Field(1000) },
  { additionalProperties: false },
);
const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 60 }) });
const Nothing = Type.Object({}, { additionalProperties: false });

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A form sends what is left empty as an empty string, which filters nothing. */
const filterOf = ({ breach, channel, status }: Static<typeof Query>): DeliveryFilter => ({
  breach: breach?.trim() || undefined,
  channel: channel || undefined,
  status: NOTICE_STATUSES.find((one) => one === status),
});

async function show(deps: MessagePageDeps, exchange: Exchange, query: Static<typeof Query>, error?: string) {
  const caller = callerOf(exchange.request);
  const { organisation } = caller;
  const filter = filterOf(query);
  const after = readCursor(query.cursor || undefined, ['string']);
  const rows = await listDeliveries(deps.db, caller, filter, { limit: ON_A_PAGE, after });
  const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], presentDelivery);
  const seesAddress = seesField(caller, 'message.address');
  const model = {
    messages: seesAddress ? items : items.map(({ to: _to, lastError: _said, ...message }) => message),
    filter,
    filtered: Object.values(filter).some((value) => value !== undefined),
    statuses: NOTICE_STATUSES,
    channels: await channelsUsed(deps.db, organisation),
    canRetry: mayAct(exchange.request),
    next: nextCursor && linkTo('/messages', { ...filter, cursor: nextCursor }),
    error,
  };
  return showPage(deps, exchange, 'messages', model, { section: 'messages', status: error === undefined ? 200 : 409 });
}

/** `GET /messages`: what was sent, by which way and what became of it; `POST /messages/{id}/retry` tries one again. */
export const messagesPage: FastifyPluginAsyncTypebox<MessagePageDeps> = async (app, deps) => {
  app.get(
    '/messages',
    { schema: { hide: true, querystring: Query }, config: { access: 'breaches:read' } },
    (request, reply) => show(deps, { request, reply }, request.query),
  );

  app.post(
    '/messages/:id/retry',
    { schema: { hide: true, params: Id, body: Nothing }, config: { access: 'breaches:write' } },
    async (request, reply) => {
      const { db, clock, random, settings } = deps;
      try {
        await retryNotice(callerOf(request), request.params.id, { db, now: clock.now(), random, settings });
      } catch (error) {
        return show(deps, { request, reply }, {}, refusalWords(error));
      }
      deps.wake();
      return reply.redirect('/messages', 303);
    },
  );
};
