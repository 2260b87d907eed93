import { type Clock, DEVICE_STATES, iso, SERVER_JUDGED, VERDICTS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { contactDay, type DeviceView, listDevices, readDevice, readStates } from './read.ts';
import { deviceVersion } from './register.ts';
import { stateAt } from './state.ts';
import { nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });

export const DeviceAnswer = Type.Object({
  assetTag: Type.String(),
  serialNumber: nullable(Type.String()),
  kind: Type.String(),
  holder: nullable(Type.String()),
  population: nullable(Type.String({ description: 'null: that of its holder' })),
  groups: Type.Array(Type.String(), { description: 'none: those of its holder' }),
  version: Type.String({ description: 'of what the register says of it; send it along with a change' }),
  organisation: Type.String(),
  generation: Type.Integer({ minimum: 0, description: '0 before the first enrolment; each enrolment raises it' }),
  lastContact: nullable(
    Type.String({ description: 'the day of the last contact in UTC, such as 2026-06-04; never the time' }),
  ),
  state: Type.Enum([...DEVICE_STATES], { description: 'only a device in service is expected to call' }),
  quietUntil: nullable(Type.String({ description: 'the day from which a quiet device is expected to call again' })),
  verdicts: Type.Object(
    Object.fromEntries(VERDICTS.map((verdict) => [verdict, Count])) as Record<(typeof VERDICTS)[number], typeof Count>,
    { description: 'how many rules and subjects stand at each verdict now' },
  ),
});
export type DeviceAnswer = Static<typeof DeviceAnswer>;

const Filters = Type.Object(
  {
    ...PageQuery,
    kind: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'a kind of device' })),
    holder: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'the holder, as registered' })),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 120, description: 'part of an asset tag or a serial number' }),
    ),
  },
  { additionalProperties: false },
);

/** A device as the API tells it. */
export function presentDevice(device: DeviceView, now: number): DeviceAnswer {
  const { state, quietUntil } = stateAt(device, now);
  return {
    assetTag: device.asset_tag,
    serialNumber: device.serial_number,
    kind: device.kind,
    holder: device.holder,
    population: device.population,
    groups: JSON.parse(device.groups) as string[],
    version: deviceVersion(device),
    organisation: device.organisation,
    generation: device.generation,
    lastContact: contactDay(device),
    state,
    quietUntil: quietUntil === null ? null : iso(quietUntil).slice(0, 10),
    verdicts: { ...device.verdicts },
  };
}

export const AssetTag = Type.String({ minLength: 1, maxLength: 120, description: 'an asset tag' });

const StandingAnswer = Type.Object({
  rule: Type.String(),
  clause: Type.String(),
  check: Type.String(),
  subject: Type.String(),
  verdict: Type.Enum([...VERDICTS]),
  reason: nullable(Type.String()),
  severity: Type.String(),
  since: Type.String({ description: 'when it was first judged so' }),
  policyVersion: Type.String(),
  authorisation: nullable(Type.String({ description: 'the reference of what excuses it, where it is exempt' })),
  judgedBy: Type.Enum(['device', 'server'], {
    description: "device: the last of a finding in its chain; server: the server's own judgement, which is no finding",
  }),
});

function excusing({ verdict, observed }: Standing): string | null {
  const { authorisation } = JSON.parse(observed) as Readonly<Record<string, unknown>>;
  return verdict === 'exempt' && typeof authorisation === 'string' ? authorisation : null;
}

type Standing = Awaited<ReturnType<typeof readStates>>[number];

const presentStanding = (state: Standing) => ({
  rule: state.rule,
  clause: state.clause,
  check: state.check_name,
  subject: state.subject,
  verdict: VERDICTS.find((verdict) => verdict === state.verdict) ?? ('unknown' as const),
  reason: state.reason,
  severity: state.severity,
  since: iso(state.since),
  policyVersion: state.policy_version,
  authorisation: excusing(state),
  judgedBy: SERVER_JUDGED.includes(state.check_name) ? ('server' as const) : ('device' as const),
});

/** `GET /api/v1/devices/{assetTag}/states`: what holds now, the server's own judgements included. */
const statesRoute =
  ({ db }: { readonly db: Db }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/devices/:assetTag/states',
      {
        config: { access: 'devices:read' },
        schema: {
          tags: ['devices'],
          summary: 'Read how each rule stands on one device now',
          params: Type.Object({ assetTag: AssetTag }),
          response: { 200: Type.Object({ items: Type.Array(StandingAnswer) }) },
        },
      },
      async (request) => {
        const { organisation } = callerOf(request);
        const device = await readDevice(db, organisation, request.params.assetTag);
        if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
        return { items: (await readStates(db, organisation, device.id)).map(presentStanding) };
      },
    );
  };

/** `GET /api/v1/devices/{assetTag}`. */
const deviceRoute =
  ({ db, clock }: { readonly db: Db; readonly clock: Clock }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/devices/:assetTag',
      {
        config: { access: 'devices:read' },
        schema: {
          tags: ['devices'],
          summary: 'Read one device',
          params: Type.Object({ assetTag: AssetTag }),
          response: { 200: DeviceAnswer },
        },
      },
      async (request) => {
        const device = await readDevice(db, callerOf(request).organisation, request.params.assetTag);
        if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
        return presentDevice(device, clock.now());
      },
    );
  };

/** `GET /api/v1/devices` and `GET /api/v1/devices/{assetTag}`. */
export const deviceReadRoutes =
  ({ db, clock }: { readonly db: Db; readonly clock: Clock }): FastifyPluginAsyncTypebox =>
  async (app) => {
    await app.register(statesRoute({ db }));
    await app.register(deviceRoute({ db, clock }));
    app.get(
      '/api/v1/devices',
      {
        config: { access: 'devices:read' },
        schema: {
          tags: ['devices'],
          summary: 'List the devices by asset tag',
          querystring: Filters,
          response: { 200: pageOf(DeviceAnswer) },
        },
      },
      async (request) => {
        const { cursor, limit: _, ...filter } = request.query;
        const limit = limitOf(request.query);
        const after = readCursor(cursor, ['string'])?.[0];
        const rows = await listDevices(db, callerOf(request).organisation, filter, { limit, after });
        return toPage(
          rows,
          limit,
          (row) => [row.asset_tag],
          (row) => presentDevice(row, clock.now()),
        );
      },
    );
  };
