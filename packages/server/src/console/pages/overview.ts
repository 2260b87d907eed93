import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../access.ts';
import { actionsDueBy } from '../../breaches/life/actions-due.ts';
import { paperOverdue } from '../../authorisations/owing.ts';
import { titleOf } from '../../breaches/appearance.ts';
import type { Viewer } from '../../concealed.ts';
import { runningClocks } from '../../breaches/clocks/running.ts';
import { type Duty, newAndSerious, oldestUnacknowledged, openFigures, restoredSince } from '../../breaches/figures.ts';
import { may } from '../../people/permissions.ts';
import { standingOfRules } from '../../breaches/standing.ts';
import type { BreachView } from '../../breaches/read.ts';
import { fleetFigures, type RuleFigure, standingByRule, unknownByReason } from '../../devices/figures.ts';
import { type PageDeps, SILENT_AFTER, showPage, WEEK_MS } from '../console.ts';
import { rightsDueBy } from '../../rights/due.ts';
import { trendFigures } from './trends.ts';

const SHOWN = 5;

/** A breach in a list, in words. */
export const inList = (breach: BreachView) => ({
  ref: breach.ref,
  appears: titleOf(breach),
  severity: breach.assessed_severity ?? breach.severity,
  status: breach.status,
  owner: breach.owner,
  lastSeen: breach.last_seen,
  openedAt: breach.opened_at,
  count: breach.count,
});

async function queueOf({ db }: PageDeps, viewer: Viewer, duty: Duty) {
  const [figures, serious, oldest] = await Promise.all([
    openFigures(db, viewer, duty),
    newAndSerious(db, viewer, duty, SHOWN),
    oldestUnacknowledged(db, viewer, duty),
  ]);
  return { ...figures, list: serious.map(inList), oldest: oldest && inList(oldest) };
}

/** Where each part of a rule's bar begins, of 100. */
function barOf({ fail, unknown, exempt, pass }: RuleFigure) {
  const total = fail + unknown + exempt + pass || 1;
  const parts = { fail: (fail / total) * 100, unknown: (unknown / total) * 100, pass: (pass / total) * 100 };
  return { ...parts, unknownFrom: parts.fail, passFrom: parts.fail + parts.unknown };
}

async function modelOf(deps: PageDeps, viewer: Viewer, answersRights: boolean) {
  const { db, clock } = deps;
  const { organisation } = viewer;
  const now = clock.now();
  const [officer, ict, fleet, unknowns, rules, better, standing, paper, clocks, actions, trends, rights] =
    await Promise.all([
      queueOf(deps, viewer, 'holder'),
      queueOf(deps, viewer, 'ict'),
      fleetFigures(db, organisation, now - SILENT_AFTER.ms),
      unknownByReason(db, organisation),
      standingByRule(db, organisation),
      restoredSince(db, viewer, now - WEEK_MS),
      standingOfRules(db, organisation, now),
      paperOverdue(db, organisation, now),
      runningClocks(db, viewer, now, SHOWN),
      actionsDueBy(db, organisation, now + WEEK_MS, viewer),
      trendFigures(db, viewer, now),
      answersRights ? rightsDueBy(db, organisation, now + WEEK_MS) : [],
    ]);
  const quiet = standing.filter(({ mode, inGrace }) => mode === 'observe' || inGrace > 0);
  const bars = rules.map((rule) => ({ ...rule, bar: barOf(rule) }));
  return {
    officer,
    ict,
    fleet,
    unknowns,
    rules: bars,
    better,
    quiet,
    paper,
    clocks,
    actions: actions.slice(0, SHOWN),
    rights: rights.slice(0, SHOWN),
    trends,
    now,
    silentDays: SILENT_AFTER.days,
  };
}

/**
 * `GET /`: what is new and serious, what waits longest, what is not known, what got better. Who has nothing to look after
 * here comes to their own device.
 */
export const overviewPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get('/', { schema: { hide: true }, config: { access: 'breaches:report' } }, async (request, reply) => {
    if (!may(callerOf(request).role, 'console')) return reply.redirect('/my-device', 303);
    const caller = callerOf(request);
    const model = {
      ...(await modelOf(deps, caller, may(caller.role, 'rights:answer'))),
      maySetUp: may(caller.role, 'settings:write'),
    };
    return showPage(deps, { request, reply }, 'overview', model, { section: 'overview' });
  });
};
