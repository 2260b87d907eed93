import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../access.ts';
import { changeOrganisation, Given, type OrganisationDeps, Whole } from './change.ts';
import { readOrganisation } from './store.ts';

export const organisationRoutes: FastifyPluginAsyncTypebox<OrganisationDeps> = async (app, { db, clock, random }) => {
  const url = '/api/v1/organisation';
  app.get(url, { config: { access: 'settings:read' }, schema: { response: { 200: Whole } } }, async (request) => {
    const { name, settings } = await readOrganisation(db, callerOf(request).organisation);
    return { name, ...settings };
  });

  app.put(
    url,
    { config: { access: 'settings:write' }, schema: { body: Given, response: { 200: Whole } } },
    async (request) => changeOrganisation({ db, clock, random }, callerOf(request), request.body),
  );
};
