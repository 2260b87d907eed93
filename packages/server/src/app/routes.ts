import type { FastifyInstance } from 'fastify';
import type { Lanes } from '../admission/lanes.ts';
import type { ErrorPages } from './error-handler.ts';
import { healthRoutes } from './health.ts';
import { auditRoutes } from '../audit/routes.ts';
import { incidentRoutes } from '../authorisations/incident-routes.ts';
import { authorisationReadRoutes } from '../authorisations/read-routes.ts';
import { authorisationImportRoutes } from '../authorisations/import-routes.ts';
import { authorisationRoutes } from '../authorisations/routes.ts';
import { baselineRoutes } from '../baseline/routes.ts';
import { breachReadRoutes } from '../breaches/read-routes.ts';
import { breachRoutes } from '../breaches/routes.ts';
import { consoleRoutes } from '../console/routes.ts';
import { mismatchRoutes } from '../devices/mismatch-routes.ts';
import { deviceReadRoutes } from '../devices/read-routes.ts';
import type { ChangeDeps } from '../devices/change.ts';
import { deviceRoutes } from '../devices/routes.ts';
import { enrolmentRoutes } from '../enrolment/routes.ts';
import { enrolmentTokenRoutes } from '../enrolment/token-routes.ts';
import { findingRoutes } from '../findings/routes.ts';
import { helpdeskRoutes } from '../helpdesk/routes.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import type { CountryOf } from '../judging/countries.ts';
import type { JobWorker } from '../jobs/worker.ts';
import type { Metrics } from '../metrics.ts';
import { noticeRoutes } from '../notify/routes.ts';
import type { Announcements } from '../orders/desired-state/announce.ts';
import type { Releases } from '../orders/desired-state/releases.ts';
import { organisationRoutes } from '../organisation/routes.ts';
import { accountRoutes } from '../people/account-routes.ts';
import { orderingRoutes } from '../ordering/routes.ts';
import { peopleRoutes } from '../people/routes.ts';
import { holdRoutes } from '../protection/holds-routes.ts';
import { personProtectionRoutes } from '../protection/person-routes.ts';
import { roleRoutes } from '../people/role-routes.ts';
import { tokenRoutes } from '../people/token-routes.ts';
import { policyRoutes } from '../policies/routes.ts';
import { registerRoutes } from '../registers/routes.ts';
import { previewRoutes } from '../preview/routes.ts';
import type { AppDeps } from '../app.ts';

export interface Stage extends Omit<AppDeps, 'database' | 'notice'> {
  readonly db: AppDeps['database']['db'];
  readonly notice: string | undefined;
  readonly metrics: Metrics;
  readonly errorPages: ErrorPages;
  readonly judge: ChangeDeps['judge'];
  readonly wake: () => void;
  readonly worker: JobWorker;
  readonly lanes: Lanes;
  readonly countries: CountryOf;
  readonly announcements: Announcements;
  readonly announce: Announcements['announce'];
  readonly releases: Releases;
}

/** Everything that is served, in its order. */
export async function serveRoutes(
  app: FastifyInstance,
  { worker, lanes, countries, announcements, ...stage }: Stage,
): Promise<void> {
  await app.register(healthRoutes, { ...stage, worker });
  await app.register(auditRoutes, stage);
  await app.register(peopleRoutes, stage);
  await app.register(accountRoutes, stage);
  await app.register(tokenRoutes, stage);
  await app.register(roleRoutes, stage);
  await app.register(registerRoutes, stage);
  await app.register(organisationRoutes, stage);
  await app.register(mismatchRoutes(stage));
  await app.register(deviceReadRoutes(stage));
  await app.register(deviceRoutes, stage);
  await app.register(enrolmentTokenRoutes, stage);
  await app.register(enrolmentRoutes, { ...stage, admission: lanes.enrolments });
  await app.register(findingRoutes(stage));
  await app.register(policyRoutes, stage);
  await app.register(previewRoutes, stage);
  await app.register(baselineRoutes, stage);
  await app.register(breachReadRoutes(stage));
  await app.register(breachRoutes, stage);
  await app.register(noticeRoutes, stage);
  await app.register(authorisationReadRoutes, stage);
  await app.register(authorisationRoutes, stage);
  await app.register(authorisationImportRoutes, stage);
  await app.register(incidentRoutes, stage);
  await app.register(helpdeskRoutes, stage);
  await app.register(orderingRoutes, stage);
  await app.register(holdRoutes, stage);
  await app.register(personProtectionRoutes, stage);
  await app.register(ingestRoutes, { ...stage, countries, announcements, admission: lanes.checkIns });
  await app.register(consoleRoutes, stage);
}
