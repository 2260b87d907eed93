import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso } from '@beadle/shared';
import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { StickTable } from '../db/schema-people.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { changeRow, rowOfBody } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { findStick, listSticks } from './read.ts';
import { sticks } from './sticks.ts';

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
});

const StickBody = Type.Object(
  {
    encryptsInHardware: Type.Optional(Type.Boolean({ description: 'true or false' })),
    holder: Type.Optional(TextOrNull(200)),
    note: Type.Optional(TextOrNull(500)),
    retired: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  closed,
);

const present = (stick: Selectable<StickTable>): Static<typeof StickAnswer> => ({
  serial: stick.serial,
  encryptsInHardware: stick.encrypts_in_hardware === 1,
  holder: stick.holder,
  note: stick.note,
  retired: stick.retired === 1,
  changedAt: iso(stick.changed_at),
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
      return toPage(rows, limit, (row) => [row.serial_key], present);
    },
  );
}

function changing(app: App, deps: RegisterRoutesDeps): void {
  const params = Type.Object({ serial: Serial }, closed);
  app.put(
    `${path}/:serial`,
    {
      config: { access: 'registers:write' },
      schema: {
        tags,
        summary: 'Register a stick, or change what the register says of it',
        params,
        body: StickBody,
        response: { 200: StickAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { serial } = request.params;
      const existing = await findStick(deps.db, caller.organisation, serial);
      const row = rowOfBody(sticks, { serial: existing?.serial ?? serial, ...request.body });
      await changeRow(deps, caller, { register: sticks, row, make: true, noun: 'stick' });
      const stick = await findStick(deps.db, caller.organisation, serial.trim());
      if (stick === undefined) throw problem('not-found', 'There is no stick with this serial.');
      return present(stick);
    },
  );
}

/** The register of memory sticks, which devices are told of. */
export const stickRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  changing(app, deps);
};
