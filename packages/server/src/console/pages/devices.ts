import { DEVICE_KINDS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import { contactDay, countDevices, type DeviceFilter, type DeviceView, listDevices } from '../../devices/read.ts';
import { countWaiting } from '../../enrolment/pending-store.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { callerMay, may } from '../../people/permissions.ts';
import { linkTo, type PageDeps, SILENT_AFTER, showPage } from '../console.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object(
  { q: Field(120), kind: Field(40), holder: Field(200), show: Field(20), cursor: Field(1000) },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const ON_A_PAGE = 50;

/** What the list may be narrowed to, by the word in its address. */
const SHOW: Readonly<Record<string, { readonly text: string; readonly filter: (now: number) => DeviceFilter }>> = {
  failing: { text: 'Something failing', filter: () => ({ verdict: 'fail' }) },
  unknown: { text: 'Something not known', filter: () => ({ verdict: 'unknown' }) },
  silent: {
    text: `Not heard from for ${SILENT_AFTER.days} days`,
    filter: (now) => ({ enrolled: true, silentSince: now - SILENT_AFTER.ms }),
  },
  'not-enrolled': { text: 'Not enrolled', filter: () => ({ enrolled: false }) },
};

function filterOf(query: Query, now: number): DeviceFilter {
  const show = query.show !== undefined && Object.hasOwn(SHOW, query.show) ? SHOW[query.show] : undefined;
  return {
    q: query.q?.trim() || undefined,
    kind: query.kind || undefined,
    holder: query.holder?.trim() || undefined,
    ...show?.filter(now),
  };
}

const inList = (device: DeviceView) => ({
  assetTag: device.asset_tag,
  serialNumber: device.serial_number,
  kind: device.kind,
  holder: device.holder,
  enrolled: device.generation > 0,
  lastContact: contactDay(device),
  verdicts: device.verdicts,
});

/** `GET /devices`. */
export const devicesPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/devices',
    { schema: { hide: true, querystring: Query }, config: { access: 'devices:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organisation, role } = caller;
      const { query } = request;
      const filter = filterOf(query, deps.clock.now());
      const after = readCursor(query.cursor || undefined, ['string'])?.[0];
      const [rows, total] = await Promise.all([
        listDevices(deps.db, organisation, filter, { limit: ON_A_PAGE, after }),
        countDevices(deps.db, organisation, filter),
      ]);
      const { items, nextCursor } = toPage(rows, ON_A_PAGE, (row) => [row.asset_tag], inList);
      const { cursor: _, ...kept } = query;
      return showPage(
        deps,
        { request, reply },
        'devices',
        {
          query: kept,
          filtered: Object.values(kept).some(Boolean),
          kinds: DEVICE_KINDS,
          shows: Object.entries(SHOW).map(([value, { text }]) => ({ value, text })),
          devices: items,
          total,
          waiting: await countWaiting(deps.db, organisation, deps.clock.now()),
          mayMakeKeys: callerMay(caller, 'fleet-keys:write'),
          mayWrite: may(role, 'devices:write'),
          readsOrders: may(role, 'orders:read'),
          next: nextCursor && linkTo('/devices', { ...kept, cursor: nextCursor }),
        },
        { section: 'devices' },
      );
    },
  );
};
