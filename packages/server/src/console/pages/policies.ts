import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, modeOf } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { standingOfRules } from '../../breaches/standing.ts';
import { may } from '../../people/permissions.ts';
import { generalPolicy } from '../../policies/store.ts';
import { holdersOf, listPolicies } from '../../policies/upload.ts';
import { type PageDeps, showPage } from '../console.ts';
import { standingOf } from '../policy-standing.ts';

const DONE: Readonly<Record<string, string>> = {
  'in-force': 'The policy is signed. Each device has it when it next checks in.',
};

async function modelOf({ db, clock }: PageDeps, organisation: string, seesDevices: boolean) {
  const at = clock.now();
  const versions = await listPolicies(db, organisation);
  const held = holdersOf(versions, at);
  const [standing, general] = [
    seesDevices ? await standingOfRules(db, organisation, at) : [],
    await generalPolicy(db, organisation, at),
  ];
  const modes = Object.groupBy(general?.document.rules ?? [], modeOf);
  return {
    versions: versions.map((version) => {
      const populations = held.get(version.serial) ?? [];
      return {
        version: version.version,
        title: version.title,
        standing: standingOf(version, populations.length > 0, at),
        from: iso(version.effectiveAt),
        withdrawnAt: version.withdrawnAt,
        everybody: populations.includes(null) && version.populations === null,
        populations: (version.populations ?? populations).filter((one) => one !== null),
        uploadedAt: version.uploadedAt,
        uploadedBy: version.uploadedBy,
      };
    }),
    modes: { report: modes.report?.length ?? 0, observe: modes.observe?.length ?? 0, off: modes.off?.length ?? 0 },
    reviewBy: general?.document.reviewBy,
    observing: standing.filter(({ mode }) => mode === 'observe'),
    inGrace: standing.filter(({ inGrace }) => inGrace > 0),
  };
}

const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** `GET /policies`: the versions, for whom each holds, and what rules show that no breach tells of. */
export const policiesPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/policies',
    { schema: { hide: true, querystring: Done }, config: { access: 'policies:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { done } = request.query;
      const model = {
        ...(await modelOf(deps, caller.organisation, may(caller.role, 'devices:read'))),
        seesDevices: may(caller.role, 'devices:read'),
        mayWrite: may(caller.role, 'policies:write'),
        done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
      };
      return showPage(deps, { request, reply }, 'policies', model, { section: 'policies' });
    },
  );
};
