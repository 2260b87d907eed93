import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { breachReportRoutes } from '../breaches/report-routes.ts';
import type { BreachReport } from '../breaches/report-document.ts';
import type { Log } from '../log.ts';
import { loadAssets, serveAssets } from './assets.ts';
import type { PageDeps } from './console.ts';
import { accessibilityPage } from './pages/accessibility.ts';
import { authorisationPage } from './pages/authorisation.ts';
import { newAuthorisationPage } from './pages/authorisation-new.ts';
import { authorisationsPage } from './pages/authorisations.ts';
import { baselinePage } from './pages/baseline.ts';
import { breachPage } from './pages/breach.ts';
import { breachesPage } from './pages/breaches.ts';
import type { ChangeDeps } from '../devices/change.ts';
import { deviceStatePage } from './pages/device-state.ts';
import { devicePage } from './pages/device.ts';
import { mismatchesPage } from './pages/mismatches.ts';
import { notSeenPage } from './pages/not-seen.ts';
import { devicesPage } from './pages/devices.ts';
import { importPages } from './pages/import.ts';
import { incidentsPage } from './pages/incidents.ts';
import { overviewPage } from './pages/overview.ts';
import { peoplePages } from './pages/people.ts';
import { policyPage } from './pages/policy.ts';
import { policiesPage } from './pages/policies.ts';
import { previewPages } from './pages/preview.ts';
import { type ShownError, showProblem } from './pages/problem.ts';
import { registerPages } from './pages/registers.ts';
import { reportPages } from './pages/report-something.ts';
import { signInPages, type SignInPageDeps } from './pages/sign-in.ts';
import { createViews } from './views.ts';

type ProblemPage = (
  error: ShownError,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

export interface ConsoleDeps extends Omit<SignInPageDeps, 'views'>, Pick<ChangeDeps, 'judge'> {
  readonly log: Pick<Log, 'warn'>;
  readonly wake: () => void;
  /** Set here, so that people get pages where programs get problem documents. */
  readonly errorPages: { render: ProblemPage | null };
}

/** Every page, what they are made of, and the breach report, which is written with the same views. */
export const consoleRoutes: FastifyPluginAsync<ConsoleDeps> = async (app, deps) => {
  const { db, clock, log, errorPages } = deps;
  const warn = (err: unknown) => log.warn({ err }, 'the compiled stylesheet could not be kept');
  const assets = await loadAssets({ warn });
  const views = createViews({ assets, now: () => clock.now() });
  const page: PageDeps = { db, clock, views, notice: deps.notice };
  errorPages.render = showProblem(page);
  serveAssets(app, assets);

  const writePage = (report: BreachReport, reply: FastifyReply) =>
    views.render(
      'report-alone',
      { council: report.council, marking: report.marking, nonce: reply.cspNonce.script },
      { report },
    );
  await app.register(breachReportRoutes, { db, clock, writePage });
  await app.register(signInPages, { ...deps, views });
  await app.register(overviewPage, page);
  await app.register(reportPages, { ...page, random: deps.random, wake: deps.wake, settings: deps.settings });
  await app.register(breachesPage, page);
  await app.register(breachPage, { ...page, random: deps.random });
  await app.register(devicesPage, page);
  await app.register(notSeenPage, page);
  await app.register(mismatchesPage, page);
  await app.register(devicePage, page);
  await app.register(deviceStatePage, { ...page, judge: deps.judge });
  await app.register(peoplePages, page);
  await app.register(registerPages, { ...page, random: deps.random });
  await app.register(importPages, { ...page, random: deps.random });
  const acts = { ...page, random: deps.random, wake: deps.wake };
  await app.register(authorisationsPage, page);
  await app.register(newAuthorisationPage, acts);
  await app.register(authorisationPage, acts);
  await app.register(incidentsPage, acts);
  await app.register(policyPage, page);
  await app.register(policiesPage, page);
  await app.register(previewPages, { ...page, random: deps.random, wake: deps.wake });
  await app.register(baselinePage, page);
  await app.register(accessibilityPage, page);
};
