import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { countDevices } from '../../devices/read.ts';
import { listNotSeen, listSetAside, type NotSeen } from '../../devices/not-seen.ts';
import { serverRules } from '../../judging/judge.ts';
import { generalPolicy } from '../../policies/store.ts';
import { deviceStateWords } from '../device-state-words.ts';
import { type PageDeps, showPage } from '../console.ts';

const MOST_LISTED = 200;

const inList = (now: number) => (device: NotSeen) => ({
  assetTag: device.asset_tag,
  kind: device.kind,
  holder: device.holder,
  lastContact: device.last_contact_at,
  rules: device.rules,
  state: deviceStateWords(device, now),
});

/** `GET /devices/not-seen`: what does not call although it should, and what ICT has set aside. */
export const notSeenPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/devices/not-seen',
    {
      schema: { hide: true, querystring: Type.Object({}, { additionalProperties: false }) },
      config: { access: 'devices:read' },
    },
    async (request, reply) => {
      const { db, clock } = deps;
      const { organisation } = callerOf(request);
      const now = clock.now();
      const [notSeen, setAside, neverEnrolled, policy] = await Promise.all([
        listNotSeen(db, organisation, MOST_LISTED + 1),
        listSetAside(db, organisation, now, MOST_LISTED + 1),
        countDevices(db, organisation, { enrolled: false }),
        generalPolicy(db, organisation, now),
      ]);
      const asked = serverRules(policy?.document).some(({ check }) => check === 'contact');
      const model = {
        asked,
        notSeen: notSeen.slice(0, MOST_LISTED).map(inList(now)),
        setAside: setAside.slice(0, MOST_LISTED).map((device) => inList(now)({ ...device, rules: [] })),
        notSeenIsWhole: notSeen.length <= MOST_LISTED,
        setAsideIsWhole: setAside.length <= MOST_LISTED,
        neverEnrolled,
      };
      return showPage(deps, { request, reply }, 'not-seen', model, { section: 'devices' });
    },
  );
};
