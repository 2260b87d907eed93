import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import { closeRecord } from '../../helpdesk/act.ts';
import { exportRecords } from '../../helpdesk/export.ts';
import { type HelpdeskFilter, listRecords, presentRecord, recordOf } from '../../helpdesk/read.ts';
import { HelpdeskRef, MOST_REASON } from '../../helpdesk/schema.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { may } from '../../people/permissions.ts';
import { linkTo, showPage } from '../console.ts';
import type { Exchange } from '../entry-form.ts';
import { refusalWords } from './act-words.ts';
import type { ActPageDeps } from './authorisation.ts';

const ON_A_PAGE = 25;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object({ show: Field(20), kind: Field(20), cursor: Field(1000) }, { additionalProperties: false });
const Closing = Type.Object({ reason: Field(20_000) }, { additionalProperties: false });

/** Open ones unless all or the closed are asked for. */
const filterOf = ({ show, kind }: Static<typeof Query>): HelpdeskFilter => ({
  open: show === 'all' ? undefined : show !== 'closed',
  kind: kind || undefined,
});

async function showList(deps: ActPageDeps, exchange: Exchange, query: Static<typeof Query>) {
  const caller = callerOf(exchange.request);
  const [after] = readCursor(query.cursor || undefined, ['string']) ?? [];
  const rows = await listRecords(deps.db, caller, filterOf(query), { limit: ON_A_PAGE, after });
  const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], presentRecord);
  const { show, kind } = query;
  const model = {
    records: items,
    show: show === 'all' || show === 'closed' ? show : 'open',
    kind,
    readsFaults: may(caller.role, 'helpdesk:write'),
    exported: linkTo('/helpdesk/export', { show, kind }),
    next: nextCursor && linkTo('/helpdesk', { show, kind, cursor: nextCursor }),
  };
  return showPage(deps, exchange, 'helpdesk', model, { section: 'helpdesk' });
}

interface Refused {
  readonly error: string;
  readonly given: string;
}

async function showOne(deps: ActPageDeps, exchange: Exchange, ref: string, refused?: Refused) {
  const caller = callerOf(exchange.request);
  const record = presentRecord(await recordOf(deps.db, caller, ref));
  const model = {
    record,
    mayClose: may(caller.role, 'helpdesk:write') && record.closedAt === null,
    readsDevices: may(caller.role, 'devices:read'),
    ...refused,
  };
  return showPage(deps, exchange, 'helpdesk-record', model, {
    section: 'helpdesk',
    status: refused === undefined ? 200 : 400,
  });
}

/** `/helpdesk`: what is broken or damaged, for ICT; of damage for the insurance officer too. Never a breach. */
export const helpdeskPages: FastifyPluginAsyncTypebox<ActPageDeps> = async (app, deps) => {
  const { db, clock, random } = deps;
  const read = { access: 'helpdesk:read' } as const;
  app.get('/helpdesk', { schema: { hide: true, querystring: Query }, config: read }, (request, reply) =>
    showList(deps, { request, reply }, request.query),
  );
  app.get('/helpdesk/export', { schema: { hide: true, querystring: Query }, config: read }, async (request, reply) =>
    reply
      .header('content-disposition', 'attachment; filename="helpdesk.csv"')
      .header('cache-control', 'no-store')
      .type('text/csv; charset=utf-8')
      .send(await exportRecords(callerOf(request), filterOf(request.query), { db, now: clock.now() })),
  );
  app.get('/helpdesk/:ref', { schema: { hide: true, params: HelpdeskRef }, config: read }, (request, reply) =>
    showOne(deps, { request, reply }, request.params.ref),
  );
  app.post(
    '/helpdesk/:ref/close',
    { schema: { hide: true, params: HelpdeskRef, body: Closing }, config: { access: 'helpdesk:write' } },
    async (request, reply) => {
      const { ref } = request.params;
      const reason = (request.body.reason ?? '').trim();
      const failed = (error: string) => showOne(deps, { request, reply }, ref, { error, given: reason });
      if (reason === '') return failed('Enter what was done, or why nothing is');
      if (reason.length > MOST_REASON) return failed(`What was done must be ${MOST_REASON} characters or fewer`);
      try {
        await closeRecord(callerOf(request), ref, reason, { db, now: clock.now(), random });
      } catch (error) {
        return failed(refusalWords(error));
      }
      return reply.redirect(`/helpdesk/${ref}`, 303);
    },
  );
};
