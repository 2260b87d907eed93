import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { breachReportRoutes } from '../breaches/report-routes.ts';
import type { BreachReport } from '../breaches/report-document.ts';
import type { Log } from '../log.ts';
import { loadAssets, serveAssets } from './assets.ts';
import type { PageDeps } from './console.ts';
import { accessibilityPage } from './pages/accessibility.ts';
import { baselinePage } from './pages/baseline.ts';
import { breachPage } from './pages/breach.ts';
import { breachesPage } from './pages/breaches.ts';
import { devicePage } from './pages/device.ts';
import { devicesPage } from './pages/devices.ts';
import { overviewPage } from './pages/overview.ts';
import { policiesPage } from './pages/policies.ts';
import { previewPages } from './pages/preview.ts';
import { type ShownError, showProblem } from './pages/problem.ts';
import { signInPages, type SignInPageDeps } from './pages/sign-in.ts';
import { createViews } from './views.ts';

type ProblemPage = (
  error: ShownError,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

export interface ConsoleDeps extends Omit<SignInPageDeps, 'views'> {
  readonly log: Pick<Log, 'warn'>;
  /** A job has been queued: the worker need not wait to look. */
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
  await app.register(breachesPage, page);
  await app.register(breachPage, page);
  await app.register(devicesPage, page);
  await app.register(devicePage, page);
  await app.register(policiesPage, page);
  await app.register(previewPages, { ...page, random: deps.random, wake: deps.wake });
  await app.register(baselinePage, page);
  await app.register(accessibilityPage, page);
};
