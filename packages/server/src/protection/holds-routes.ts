import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Clock, Random } from '@beadle/shared';
import { callerOf } from '../access.ts';
import Type from 'typebox';
import type { Db } from '../db/database.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { endHold, listHolds, placeHold, readHold } from './holds.ts';
import { EndHold, HoldAnswer, HoldRef, NewHold } from './holds-schema.ts';

export interface ProtectionDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

const url = '/api/v1/legal-holds';
const tags = ['data protection'];
const config = { access: 'data-protection' } as const;

/** What must not be erased while it lasts: placed and ended by people, with why. */
export const holdRoutes: FastifyPluginAsyncTypebox<ProtectionDeps> = async (app, { db, clock, random }) => {
  const querystring = Type.Object({ ...PageQuery }, { additionalProperties: false });
  const list = { tags, summary: 'List legal holds, newest first', querystring };
  app.get(url, { config, schema: { ...list, response: { 200: pageOf(HoldAnswer) } } }, async (request) => {
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['string'])?.[0];
    const rows = await listHolds(db, callerOf(request), { limit, after, now: clock.now() });
    return toPage(
      rows,
      limit,
      ({ ref }) => [ref],
      (hold) => hold,
    );
  });
  const place = {
    tags,
    summary: 'Keep a breach, a device or a person from being erased',
    body: NewHold,
    response: { 201: HoldAnswer },
  };
  app.post(url, { config, schema: place }, async (request, reply) => {
    const caller = callerOf(request);
    const now = clock.now();
    const ref = await placeHold(caller, request.body, { db, now, random });
    return reply.status(201).send(await readHold(db, caller, ref, now));
  });
  const one = { tags, summary: 'Read one', params: HoldRef, response: { 200: HoldAnswer } };
  app.get(`${url}/:ref`, { config, schema: one }, (request) =>
    readHold(db, callerOf(request), request.params.ref, clock.now()),
  );
  const end = { tags, summary: 'End one', params: HoldRef, body: EndHold, response: { 200: HoldAnswer } };
  app.post(`${url}/:ref/end`, { config, schema: end }, async (request) => {
    const caller = callerOf(request);
    const now = clock.now();
    await endHold(caller, request.params.ref, request.body.reason, { db, now });
    return readHold(db, caller, request.params.ref, now);
  });
};
