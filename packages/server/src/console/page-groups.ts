import type { FastifyInstance } from 'fastify';
import type { PageDeps } from './console.ts';
import { accessibilityPage } from './pages/accessibility.ts';
import { languagePage } from './pages/language.ts';
import { privacyPage } from './pages/privacy.ts';
import { type ActPageDeps } from './pages/authorisation.ts';
import { accountActPages } from './pages/accounts/acts.ts';
import { type AccountFormDeps, accountForms } from './pages/accounts/forms.ts';
import { accountPages } from './pages/accounts/list.ts';
import { newTokenPage } from './pages/accounts/token-new.ts';
import { tokenPages } from './pages/accounts/tokens.ts';
import { baselinePage } from './pages/baseline.ts';
import { breachPage } from './pages/breach.ts';
import { clusterPages } from './pages/clusters.ts';
import { breachesPage } from './pages/breaches.ts';
import { deviceStatePage } from './pages/device-state.ts';
import { deviceHolderPage } from './pages/device-holder.ts';
import { exhibitPages } from './pages/exhibits.ts';
import { withdrawalPages } from './pages/withdrawals/pages.ts';
import { reportBrokenPages } from './pages/report-broken.ts';
import { groupPages } from './pages/group.ts';
import { groupForms } from './pages/group-forms.ts';
import { printerPages } from './pages/printer.ts';
import { roleForms } from './pages/role-forms.ts';
import { rolePages } from './pages/roles.ts';
import { stickPages } from './pages/stick.ts';
import { devicePage } from './pages/device.ts';
import { fleetKeyPages } from './pages/enrolments/fleet-keys.ts';
import { pendingPages } from './pages/enrolments/pending.ts';
import { mismatchesPage } from './pages/mismatches.ts';
import { notSeenPage } from './pages/not-seen.ts';
import { devicesPage } from './pages/devices.ts';
import { type ImportPageDeps, importPages } from './pages/import.ts';
import { myActionsPage } from './pages/mine/my-actions.ts';
import { myDevicePages } from './pages/mine/my-device.ts';
import { myRightsPages } from './pages/mine/my-rights.ts';
import { dataRightsPages } from './pages/data-rights.ts';
import { orderActPages } from './pages/orders/act-pages.ts';
import { orderListPage } from './pages/orders/list.ts';
import { pausePages } from './pages/pauses/pages.ts';
import { passwordPages } from './pages/password.ts';
import { peoplePages } from './pages/people.ts';
import { personPage } from './pages/person.ts';
import { personErasePages } from './pages/person-erase.ts';
import { personForms } from './pages/person-forms.ts';
import { policyPage } from './pages/policy.ts';
import { policiesPage } from './pages/policies.ts';
import { previewPages } from './pages/preview.ts';
import { reportPages } from './pages/report.ts';
import { registerPages } from './pages/registers.ts';
import { sessionsPage } from './pages/sessions.ts';
import { reportSomethingPages } from './pages/report-something.ts';
import { signInPages } from './pages/sign-in.ts';
import { signOutPages } from './pages/sign-out.ts';
import { secondFactorPages } from './pages/sign-in-second-factor.ts';
import { oidcPages } from './pages/sign-in-oidc.ts';
import { type Views } from './views.ts';

import type { ConsoleDeps } from './console-deps.ts';
/** The lists that the council keeps, and each of their entries. */
export async function registerEntryPages(app: FastifyInstance, deps: ImportPageDeps): Promise<void> {
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

export async function devicePages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  await app.register(devicesPage, page);
  await app.register(notSeenPage, page);
  await app.register(mismatchesPage, page);
  await app.register(orderListPage, page);
  const { random, keys, announce, releases } = deps;
  await app.register(orderActPages, { ...page, random, keys, announce, releases });
  await app.register(pausePages, { ...page, random, announce, wake: deps.wake });
  await app.register(pendingPages, { ...page, random });
  await app.register(fleetKeyPages, { ...page, random, keys });
  await app.register(devicePage, page);
  await app.register(deviceStatePage, { ...page, judge: deps.judge });
  await app.register(deviceHolderPage, { ...page, judge: deps.judge });
}

/** What is reported, and what becomes of it. */
export async function breachPages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  const acts = { ...page, random: deps.random, wake: deps.wake, settings: deps.settings };
  await app.register(breachesPage, page);
  await app.register(breachPage, acts);
  await app.register(clusterPages, page);
  await app.register(reportPages, page);
}

/** Policies, and what they would change. */
export async function policyPages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
  await app.register(policyPage, page);
  await app.register(policiesPage, page);
  await app.register(previewPages, { ...page, random: deps.random, wake: deps.wake });
  await app.register(baselinePage, { ...page, random: deps.random, judge: deps.judge });
}

/** What ICT takes away, and what it keeps (clauses 4.6 and 4.7). */
export async function containingPages(app: FastifyInstance, deps: ConsoleDeps, acts: ActPageDeps): Promise<void> {
  await app.register(withdrawalPages, { ...acts, connectors: deps.connectors, settings: deps.settings });
  await app.register(exhibitPages, acts);
}

/** Each way in, and where one is signed in. */
export async function signingInPages(
  app: FastifyInstance,
  deps: ConsoleDeps & { readonly views: Views },
): Promise<void> {
  await app.register(signInPages, deps);
  await app.register(signOutPages, deps);
  await app.register(oidcPages, deps);
  await app.register(secondFactorPages, deps);
  await app.register(sessionsPage, deps);
  await app.register(passwordPages, deps);
}

/** Who and what may sign in. */
export async function accessPages(app: FastifyInstance, deps: AccountFormDeps): Promise<void> {
  await app.register(accountPages, deps);
  await app.register(accountForms, deps);
  await app.register(accountActPages, deps);
  await app.register(tokenPages, deps);
  await app.register(newTokenPage, deps);
}

/** What anybody has of their own, reports or asks, and what they are told of it. */
export async function workersPages(app: FastifyInstance, deps: ConsoleDeps, page: PageDeps): Promise<void> {
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
