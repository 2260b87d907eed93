import type { FastifyPluginAsync } from 'fastify';
import { breachEvidenceRoutes } from '../breaches/evidence-routes.ts';
import { breachReportRoutes, type Writers } from '../breaches/report-routes.ts';
import { loadAssets, serveAssets } from './assets.ts';
import type { PageDeps } from './console.ts';
import { article33Document } from './documents/article-33.ts';
import { breachReportDocument } from './documents/breach-report.ts';
import { authorisationPage } from './pages/authorisation.ts';
import { newAuthorisationPage } from './pages/authorisation-new.ts';
import { authorisationsPage } from './pages/authorisations.ts';
import { helpdeskPages } from './pages/helpdesk.ts';
import { legalHoldPages } from './pages/legal-holds.ts';
import { messagesPage } from './pages/messages.ts';
import { importAuthorisationsPage } from './pages/import-authorisations.ts';
import { incidentsPage } from './pages/incidents.ts';
import { overviewPage } from './pages/overview.ts';
import { showProblem } from './pages/problem.ts';
import { searchPage } from './pages/search.ts';
import { setUpPages } from './pages/set-up.ts';
import { settingsPage } from './pages/settings.ts';
import { trendsPage } from './pages/trends.ts';
import { VERSION } from '../version.ts';
import { createViews, type Views } from './views.ts';

import type { ConsoleDeps } from './console-deps.ts';
import {
  registerEntryPages,
  devicePages,
  breachPages,
  policyPages,
  containingPages,
  signingInPages,
  accessPages,
  workersPages,
} from './page-groups.ts';
const writersOf = (views: Views): Writers => ({
  report: breachReportDocument,
  article33: article33Document,
  // Loaded at the first one: the fonts and what reads them take longer to load than the rest of the console.
  pdf: async (document) => (await import('../pdf/write.ts')).writePdf(document),
  page: (document, reply) => {
    const { council, marking } = document;
    return views.render('document-alone', { council, marking, nonce: reply.cspNonce.script }, { document });
  },
});

/** Every page, what they are made of, and the breach report, which is written with the same views. */
export const consoleRoutes: FastifyPluginAsync<ConsoleDeps> = async (app, deps) => {
  const { db, clock, log, errorPages } = deps;
  const warn = (err: unknown) => log.warn({ err }, 'the compiled stylesheet could not be kept');
  const assets = await loadAssets({ warn });
  const views = createViews({ assets, now: () => clock.now() });
  const page: PageDeps = { db, clock, views, notice: deps.notice };
  errorPages.render = showProblem(page);
  serveAssets(app, assets);

  const writing = { db, clock, writers: writersOf(views) };
  await app.register(breachReportRoutes, writing);
  await app.register(breachEvidenceRoutes, { ...writing, keys: deps.keys, version: VERSION });
  await signingInPages(app, { ...deps, views });
  await app.register(overviewPage, page);
  await app.register(trendsPage, page);
  await app.register(searchPage, page);
  await workersPages(app, deps, page);
  await breachPages(app, deps, page);
  await devicePages(app, deps, page);
  await registerEntryPages(app, { ...page, random: deps.random });
  const acts = { ...page, random: deps.random, wake: deps.wake };
  await app.register(authorisationsPage, page);
  await app.register(importAuthorisationsPage, { ...acts, settings: deps.settings });
  await app.register(newAuthorisationPage, acts);
  await app.register(authorisationPage, acts);
  await app.register(incidentsPage, acts);
  await containingPages(app, deps, acts);
  await app.register(helpdeskPages, acts);
  await app.register(messagesPage, { ...acts, settings: deps.settings });
  await policyPages(app, deps, page);
  await app.register(settingsPage, { ...page, random: deps.random, settings: deps.settings, keys: deps.keys });
  await app.register(setUpPages, { ...page, random: deps.random });
  await accessPages(app, { ...page, random: deps.random, settings: deps.settings });
  await app.register(legalHoldPages, { ...page, random: deps.random });
};
