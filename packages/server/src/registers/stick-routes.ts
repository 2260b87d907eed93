import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, typedKey } from '@beadle/shared';
import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { StickTable } from '../db/schema-people.ts';
import { entryVersion, VersionQuery, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { changeRow, rowOfBody, takeOut } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { findStick, listSticks } from './read.ts';
import { stickRow, sticks } from './sticks.ts';

const closed = { additionalProperties: false } as const;
const TextOrNull = (most: number) => Type.Union([Type.String({ maxLength: most }), Type.Null()]);
const Serial = Type.String({ minLength: 1, maxLength: 120, description: 'the serial of a stick' });

const StickAnswer = Type.Object({
  serial: Type.String(),
  encryptsInHardware: Type.Boolean(),
  holder: TextOrNull(200),
  note: TextOrNull(500),
  retired: Type.Boolean(),
  changedAt: Type.String(),
  version: Type.String({ description: 'of this entry; send it along with a change' }),
});

const fields = {
  encryptsInHardware: Type.Optional(Type.Boolean({ description: 'true or false' })),
  holder: Type.Optional(TextOrNull(200)),
  note: Type.Optional(TextOrNull(500)),
  retired: Type.Optional(Type.Boolean({ description: 'true or false' })),
};
const StickBody = Type.Object({ ...fields, ...WithVersion }, closed);
const NewStick = Type.Object({ serial: Serial, ...fields }, closed);

const presentStick = (stick: Selectable<StickTable>): Static<typeof StickAnswer> => ({
  serial: stick.serial,
  encryptsInHardware: stick.encrypts_in_hardware === 1,
  holder: stick.holder,
  note: stick.note,
  retired: stick.retired === 1,
  changedAt: iso(stick.changed_at),
  version: entryVersion(stickRow(stick)),
});

const path = '/api/v1/registers/sticks';
const tags = ['registers'];

type App = Parameters<FastifyPluginAsyncTypebox<RegisterRoutesDeps>>[0];

function listing(app: App, deps: RegisterRoutesDeps): void {
  const Query = Type.Object(
    { ...PageQuery, retired: Type.Optional(Type.Boolean({ description: 'true or false' })), q: Type.Optional(Serial) },
    closed,
  );
  app.get(
    path,
    {
      config: { access: 'registers:read' },
      schema: {
        tags,
        summary: 'List the sticks by serial',
        querystring: Query,
        response: { 200: pageOf(StickAnswer) },
      },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listSticks(deps.db, callerOf(request).organisation, request.query, { limit, after });
      return toPage(rows, limit, (row) => [row.serial_key], presentStick);
    },
  );
}

const params = Type.Object({ serial: Serial }, closed);
const WRITE = { access: 'registers:write' } as const;

async function answer({ db }: RegisterRoutesDeps, organisation: string, serial: string) {
  const stick = await findStick(db, organisation, serial);
  if (stick === undefined) throw problem('not-found', 'There is no stick with this serial.');
  return presentStick(stick);
}

function reading(app: App, deps: RegisterRoutesDeps): void {
  app.get(
    `${path}/:serial`,
    {
      config: { access: 'registers:read' },
      schema: { tags, summary: 'Read one stick', params, response: { 200: StickAnswer } },
    },
    async (request) => answer(deps, callerOf(request).organisation, request.params.serial),
  );
}

function registering(app: App, deps: RegisterRoutesDeps): void {
  app.post(
    path,
    { config: WRITE, schema: { tags, summary: 'Register a stick', body: NewStick, response: { 201: StickAnswer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const row = rowOfBody(sticks, request.body);
      await changeRow(deps, caller, { register: sticks, row, mode: 'make', noun: 'stick' });
      return reply.status(201).send(await answer(deps, caller.organisation, row['serial'] ?? ''));
    },
  );
}

function changing(app: App, deps: RegisterRoutesDeps): void {
  for (const [method, mode, summary] of [
    ['PUT', 'either', 'Register a stick, or change what the register says of it'],
    ['PATCH', 'change', 'Change what the register says of a stick'],
  ] as const)
    app.route({
      method,
      url: `${path}/:serial`,
      config: WRITE,
      schema: { tags, summary, params, body: StickBody, response: { 200: StickAnswer } },
      handler: async (request) => {
        const caller = callerOf(request);
        const { serial } = request.params;
        const { version, ...given } = request.body;
        const existing = await findStick(deps.db, caller.organisation, serial);
        const row = rowOfBody(sticks, { serial: existing?.serial ?? serial, ...given });
        await changeRow(deps, caller, { register: sticks, row, mode, version, noun: 'stick' });
        return answer(deps, caller.organisation, serial);
      },
    });
}

function retiring(app: App, deps: RegisterRoutesDeps): void {
  app.delete(
    `${path}/:serial`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Retire a stick: it stays on record, and is the council’s no longer',
        params,
        querystring: VersionQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const out = { register: sticks, key: typedKey(request.params.serial), version: request.query.version };
      if (!(await takeOut(deps, callerOf(request), { ...out, action: 'stick-retired', noun: 'stick' })))
        throw problem('not-found', 'There is no stick with this serial.');
      return reply.status(204).send(null);
    },
  );
}

/** The register of memory sticks, which devices are told of. */
export const stickRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  reading(app, deps);
  registering(app, deps);
  changing(app, deps);
  retiring(app, deps);
};
