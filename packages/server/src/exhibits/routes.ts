import type { Clock, Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { deviceByTag } from '../devices/register.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { agreeToOrders, releaseExhibit, seize, transferExhibit } from './acts.ts';
import { listExhibits, presentExhibits, readExhibit } from './read.ts';
import { Agreement, ExhibitAnswer, ExhibitInFull, ExhibitRef, Seizure, Transfer } from './schema.ts';

export interface ExhibitRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

const tags = ['exhibits'];
const url = '/api/v1/exhibits';
const one = { params: ExhibitRef, response: { 200: ExhibitInFull } };
const Filters = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(Type.Enum(['held', 'released'], { description: 'held or released' })),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: 'an asset tag' })),
  },
  { additionalProperties: false },
);

type App = Parameters<FastifyPluginAsyncTypebox<ExhibitRoutesDeps>>[0];

function reading(app: App, { db }: ExhibitRoutesDeps): void {
  const config = { access: 'exhibits:read' } as const;
  const list = { tags, summary: 'List exhibits, newest first', querystring: Filters };
  app.get(url, { config, schema: { ...list, response: { 200: pageOf(ExhibitAnswer) } } }, async (request) => {
    const caller = callerOf(request);
    const limit = limitOf(request.query);
    const { cursor, status, device: assetTag } = request.query;
    const after = readCursor(cursor, ['string'])?.[0];
    const device = assetTag === undefined ? undefined : await deviceByTag(db, caller.organisation, assetTag);
    if (assetTag !== undefined && device === undefined) return { items: [], nextCursor: null };
    const rows = await listExhibits(db, caller, { status, device: device?.id }, { limit, after });
    const { items, nextCursor } = toPage(
      rows,
      limit,
      ({ id }) => [id],
      (row) => row,
    );
    return { items: await presentExhibits(db, items), nextCursor };
  });
  app.get(`${url}/:ref`, { config, schema: { tags, summary: 'Read one with its custody', ...one } }, (request) =>
    readExhibit(db, callerOf(request), request.params.ref),
  );
}

function acting(app: App, { db, clock, random }: ExhibitRoutesDeps): void {
  const config = { access: 'exhibits:write' } as const;
  const deps = () => ({ db, now: clock.now(), random });
  const seizing = {
    tags,
    summary: 'Record that something was seized',
    body: Seizure,
    response: { 201: ExhibitInFull },
  };
  app.post(url, { config, schema: seizing }, async (request, reply) => {
    const ref = await seize(callerOf(request), request.body, deps());
    return reply.status(201).send(await readExhibit(db, callerOf(request), ref));
  });
  const transfer = { tags, summary: 'Record that somebody else has it', body: Transfer, ...one };
  app.post(`${url}/:ref/transfers`, { config, schema: transfer }, async (request) => {
    await transferExhibit(callerOf(request), request.params.ref, request.body, deps());
    return readExhibit(db, callerOf(request), request.params.ref);
  });
  const release = { tags, summary: 'Record that it was given back or disposed of', body: Transfer, ...one };
  app.post(`${url}/:ref/release`, { config, schema: release }, async (request) => {
    await releaseExhibit(callerOf(request), request.params.ref, request.body, deps());
    return readExhibit(db, callerOf(request), request.params.ref);
  });
  const agreement = { tags, summary: 'Agree that orders which change it are carried out', body: Agreement, ...one };
  app.post(`${url}/:ref/agreement`, { config: { access: 'exhibits:agree' }, schema: agreement }, async (request) => {
    await agreeToOrders(callerOf(request), request.params.ref, request.body, deps());
    return readExhibit(db, callerOf(request), request.params.ref);
  });
}

/** Custody of what was seized (clause 4.7): nothing in it is ever changed. */
export const exhibitRoutes: FastifyPluginAsyncTypebox<ExhibitRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  acting(app, deps);
};
