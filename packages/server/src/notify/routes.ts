import { type Clock, type Random, iso, isoOrNull } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { seenBy } from '../people/fields.ts';
import type { ChannelSettings } from './channels.ts';
import { type Delivery, listDeliveries, NOTICE_STATUSES, readDelivery } from './list.ts';
import { retryNotice } from './retry.ts';
import { nullable } from '../shapes.ts';

export interface NoticeRouteDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ChannelSettings;
  readonly wake: () => void;
}

const NoticeAnswer = Type.Object({
  id: Type.String(),
  event: Type.String({ description: 'the same for every delivery of one event' }),
  type: Type.String(),
  channel: Type.String({ description: 'mail, govuk-notify, webhook:NAME or siem:NAME' }),
  role: nullable(Type.String({ description: 'the role it is for; null where the channel is a machine' })),
  to: seenBy('message.address', Type.String({ description: 'the address, or the host of a machine' })),
  title: Type.String(),
  reference: nullable(Type.String()),
  severity: nullable(Type.String()),
  status: Type.String({ description: `one of ${NOTICE_STATUSES.join(', ')}` }),
  attempts: Type.Integer(),
  createdAt: Type.String(),
  sentAt: nullable(Type.String()),
  sentAs: nullable(Type.String({ description: 'holder, deputy, settings or person' })),
  receipt: nullable(Type.String({ description: 'what the far end gave for it' })),
  delivery: nullable(Type.String({ description: 'what the far end said later of it' })),
  deliveredAt: nullable(Type.String()),
  // A mail server's answer has the address in it.
  lastError: seenBy('message.address', nullable(Type.String())),
  nextTryAt: nullable(Type.String()),
  insteadOf: nullable(Type.String({ description: 'the delivery that failed for good, which this one stands in for' })),
});

/** A delivery as the API tells it. */
export const presentDelivery = (row: Delivery): Static<typeof NoticeAnswer> => ({
  id: row.id,
  event: row.event ?? row.id,
  type: row.type ?? 'message',
  channel: row.channel,
  role: row.role === '' ? null : row.role,
  to: row.address,
  title: row.title,
  reference: row.reference,
  severity: row.severity,
  status: row.status,
  attempts: row.attempts,
  createdAt: iso(row.created_at),
  sentAt: isoOrNull(row.sent_at),
  sentAs: row.sent_as,
  receipt: row.receipt,
  delivery: row.delivery,
  deliveredAt: isoOrNull(row.delivered_at),
  lastError: row.last_error,
  nextTryAt: isoOrNull(row.nextTryAt),
  insteadOf: row.instead_of,
});

const Filters = Type.Object(
  {
    ...PageQuery,
    breach: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'the reference of a breach' })),
    channel: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'the name of a channel' })),
    status: Type.Optional(Type.Enum([...NOTICE_STATUSES], { description: `one of ${NOTICE_STATUSES.join(', ')}` })),
  },
  { additionalProperties: false },
);
const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 60, description: 'the id of a message' }) });

type App = Parameters<FastifyPluginAsyncTypebox<NoticeRouteDeps>>[0];

function listing(app: App, { db }: NoticeRouteDeps): void {
  app.get(
    '/api/v1/notices',
    {
      config: { access: 'breaches:read' },
      schema: {
        tags: ['messages'],
        summary: 'List the messages that were sent or are to be, newest first',
        querystring: Filters,
        response: { 200: pageOf(NoticeAnswer) },
      },
    },
    async (request) => {
      const { cursor, limit: _, ...filter } = request.query;
      const limit = limitOf(request.query);
      const after = readCursor(cursor, ['string']);
      const rows = await listDeliveries(db, callerOf(request), filter, { limit, after });
      return toPage(rows, limit, ({ id }) => [id], presentDelivery);
    },
  );
}

function retrying(app: App, { db, clock, random, settings, wake }: NoticeRouteDeps): void {
  const schema = {
    tags: ['messages'],
    summary: 'Try a message again now',
    params: Id,
    response: { 202: NoticeAnswer },
  };
  app.post('/api/v1/notices/:id/retry', { config: { access: 'breaches:write' }, schema }, async (request, reply) => {
    const caller = callerOf(request);
    const { id } = request.params;
    await retryNotice(caller, id, { db, now: clock.now(), random, settings });
    wake();
    const found = await readDelivery(db, caller, id);
    if (found === undefined) throw problem('notice-unknown', 'No message has this id.');
    return reply.code(202).send(presentDelivery(found));
  });
}

/** `GET /api/v1/notices` and `POST /api/v1/notices/{id}/retry`. */
export const noticeRoutes: FastifyPluginAsyncTypebox<NoticeRouteDeps> = async (app, deps) => {
  listing(app, deps);
  retrying(app, deps);
};
