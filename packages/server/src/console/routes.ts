import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { breachEvidenceRoutes, type EvidenceDeps } from '../breaches/evidence-routes.ts';
import { breachReportRoutes, type Writers } from '../breaches/report-routes.ts';
import type { Log } from '../log.ts';
import { loadAssets, serveAssets } from './assets.ts';
import type { PageDeps } from './console.ts';
import { article33Document } from './documents/article-33.ts';
import { breachReportDocument } from './documents/breach-report.ts';
import { accessibilityPage } from './pages/accessibility.ts';
import { languagePage } from './pages/language.ts';
import { privacyPage } from './pages/privacy.ts';
import { type ActPageDeps, authorisationPage } from './pages/authorisation.ts';
import { newAuthorisationPage } from './pages/authorisation-new.ts';
import { authorisationsPage } from './pages/authorisations.ts';
import { baselinePage } from './pages/baseline.ts';
import { breachPage } from './pages/breach.ts';
import { clusterPages } from './pages/clusters.ts';
import { breachesPage } from './pages/breaches.ts';
import type { ChangeDeps } from '../devices/change.ts';
import { deviceStatePage } from './pages/device-state.ts';
import { deviceHolderPage } from './pages/device-holder.ts';
import { exhibitPages } from './pages/exhibits.ts';
import { helpdeskPages } from './pages/helpdesk.ts';
import { withdrawalPages } from './pages/withdrawals/pages.ts';
import type { Connector } from '../withdrawals/connector.ts';
import { reportBrokenPages } from './pages/report-broken.ts';
import { groupPages } from './pages/group.ts';
import { groupForms } from './pages/group-forms.ts';
import { printerPages } from './pages/printer.ts';
import { roleForms } from './pages/role-forms.ts';
import { rolePages } from './pages/roles.ts';
import { stickPages } from './pages/stick.ts';
import { devicePage } from './pages/device.ts';
import { legalHoldPages } from './pages/legal-holds.ts';
import { messagesPage } from './pages/messages.ts';
import { mismatchesPage } from './pages/mismatches.ts';
import { notSeenPage } from './pages/not-seen.ts';
import { devicesPage } from './pages/devices.ts';
import { type ImportPageDeps, importPages } from './pages/import.ts';
import { importAuthorisationsPage } from './pages/import-authorisations.ts';
import { incidentsPage } from './pages/incidents.ts';
import { myActionsPage } from './pages/mine/my-actions.ts';
import { myDevicePages } from './pages/mine/my-device.ts';
import { myRightsPages } from './pages/mine/my-rights.ts';
import { dataRightsPages } from './pages/data-rights.ts';
import { orderActPages } from './pages/orders/act-pages.ts';
import type { OrderPageDeps } from './pages/orders/device-act.ts';
import { orderListPage } from './pages/orders/list.ts';
import { overviewPage } from './pages/overview.ts';
import { peoplePages } from './pages/people.ts';
import { personPage } from './pages/person.ts';
import { personErasePages } from './pages/person-erase.ts';
import { personForms } from './pages/person-forms.ts';
import { policyPage } from './pages/policy.ts';
import { policiesPage } from './pages/policies.ts';
import { previewPages } from './pages/preview.ts';
import { type ShownError, showProblem } from './pages/problem.ts';
import { reportPages } from './pages/report.ts';
import { registerPages } from './pages/registers.ts';
import { sessionsPage } from './pages/sessions.ts';
import { reportSomethingPages } from './pages/report-something.ts';
import { searchPage } from './pages/search.ts';
import { settingsPage, type SettingsPageDeps } from './pages/settings.ts';
import { signInPages, type SignInPageDeps } from './pages/sign-in.ts';
import { trendsPage } from './pages/trends.ts';
import { type SecondFactorPageDeps, secondFactorPages } from './pages/sign-in-second-factor.ts';
import { oidcPages } from './pages/sign-in-oidc.ts';
import { VERSION } from '../version.ts';
import { createViews, type Views } from './views.ts';

type ProblemPage = (
  error: ShownError,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

export interface ConsoleDeps extends Omit<SignInPageDeps, 'views'>, Pick<ChangeDeps, 'judge'> {
  readonly settings: SettingsPageDeps['settings'] & SignInPageDeps['settings'];
  readonly keys: SettingsPageDeps['keys'] & EvidenceDeps['keys'] & SecondFactorPageDeps['keys'];
  readonly announce: OrderPageDeps['announce'];
  readonly releases: OrderPageDeps['releases'];
  readonly log: Pick<Log, 'warn'>;
  readonly wake: () => void;
  readonly connectors: readonly Connector[];
  /** Set here, so that people get pages where programs get problem documents. */
  readonly errorPages: { render: ProblemPage | null };
}

/** The lists that the council keeps, and each of their entries. */
async function registerEntryPages(app: FastifyInstance, deps: ImportPageDeps): Promise<void> {
  await app.register(peoplePages, deps);
  await app.register(personPage, deps);
  await app.register(personForms, deps);
  await app.register(personErasePages, deps);
  await app.register(groupPages, deps);
  await app.register(groupForms, deps);
  await app.register(rolePages, deps);
  await app.register(roleForms, deps);
  await app.register(registerPages, deps);
  await app.register(stickPages, deps);
  await app.register(printerPages, deps);
  await app.register(importPages, deps);
}

async function devicePages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  await app.register(devicesPage, page);
  await app.register(notSeenPage, page);
  await app.register(mismatchesPage, page);
  await app.register(orderListPage, page);
  const { random, keys, announce, releases } = deps;
  await app.register(orderActPages, { ...page, random, keys, announce, releases });
  await app.register(devicePage, page);
  await app.register(deviceStatePage, { ...page, judge: deps.judge });
  await app.register(deviceHolderPage, { ...page, judge: deps.judge });
}

/** Policies, and what they would change. */
async function policyPages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  await app.register(policyPage, page);
  await app.register(policiesPage, page);
  await app.register(previewPages, { ...page, random: deps.random, wake: deps.wake });
  await app.register(baselinePage, { ...page, random: deps.random, judge: deps.judge });
}

/** What ICT takes away, and what it keeps (clauses 4.6 and 4.7). */
async function containingPages(app: FastifyInstance, deps: ConsoleDeps, acts: ActPageDeps): Promise<void> {
  await app.register(withdrawalPages, { ...acts, connectors: deps.connectors, settings: deps.settings });
  await app.register(exhibitPages, acts);
}

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

/** Each way in, and where one is signed in. */
async function signingInPages(app: FastifyInstance, deps: ConsoleDeps & { readonly views: Views }): Promise<void> {
  await app.register(signInPages, deps);
  await app.register(oidcPages, deps);
  await app.register(secondFactorPages, deps);
  await app.register(sessionsPage, deps);
}

/** What anybody has of their own, reports or asks, and what they are told of it. */
async function workersPages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  const reporting = { ...page, random: deps.random, wake: deps.wake, settings: deps.settings };
  await app.register(myDevicePages, page);
  await app.register(myActionsPage, page);
  await app.register(reportSomethingPages, reporting);
  await app.register(reportBrokenPages, reporting);
  await app.register(myRightsPages, reporting);
  await app.register(dataRightsPages, reporting);
  await app.register(accessibilityPage, page);
  await app.register(privacyPage, page);
  await app.register(languagePage, deps);
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

  const writing = { db, clock, writers: writersOf(views) };
  await app.register(breachReportRoutes, writing);
  await app.register(breachEvidenceRoutes, { ...writing, keys: deps.keys, version: VERSION });
  await signingInPages(app, { ...deps, views });
  await app.register(overviewPage, page);
  await app.register(trendsPage, page);
  await app.register(searchPage, page);
  await workersPages(app, deps, page);
  await app.register(breachesPage, page);
  await app.register(breachPage, { ...page, random: deps.random, wake: deps.wake, settings: deps.settings });
  await app.register(clusterPages, page);
  await app.register(reportPages, page);
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
  await app.register(legalHoldPages, { ...page, random: deps.random });
};
