import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import type { Viewer } from '../../concealed.ts';
import type { Db } from '../../db/database.ts';
import { problem } from '../../errors.ts';
import { londonDay } from '../../organisation/digests.ts';
import { breachWeeks } from '../../trends/breach-weeks.ts';
import { ALL_RULES, changesByRule, readStanding } from '../../trends/daily-standing.ts';
import { standingFigure, weeksFigure } from '../charts/trend-figures.ts';
import { moved } from '../charts/words.ts';
import { type PageDeps, showPage } from '../console.ts';
import { humanise } from '../words.ts';

const WEEKS = 26;
const DAYS = 90;

function lastDays(now: number) {
  const to = londonDay(now);
  const from = Temporal.PlainDate.from(to)
    .subtract({ days: DAYS - 1 })
    .toString();
  return { from, to };
}

async function standingOf(db: Db, organisation: string, now: number, rule: string) {
  const span = lastDays(now);
  const noted = await readStanding(db, organisation, { rule, from: span.from });
  const title =
    rule === ALL_RULES ? 'Devices failing a rule, and not known, each day' : `${humanise(rule)}: devices, each day`;
  return standingFigure(noted, { ...span, id: 'standing', title });
}

/** Whether it gets better: what people did, and how devices stand. The two are never in one chart. */
export async function trendFigures(db: Db, viewer: Viewer, now: number) {
  const [weeks, standing] = await Promise.all([
    breachWeeks(db, viewer, now, WEEKS),
    standingOf(db, viewer.organisation, now, ALL_RULES),
  ]);
  return { weeks: weeksFigure(weeks, 'weeks'), standing };
}

const Query = Type.Object(
  { rule: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'the id of a rule' })) },
  { additionalProperties: false },
);

/** `GET /trends`: how each rule stood 90 days ago and stands now, and one rule's days. */
export const trendsPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const schema = { hide: true, querystring: Query };
  app.get('/trends', { schema, config: { access: 'devices:read' } }, async (request, reply) => {
    const { organisation } = callerOf(request);
    const { rule } = request.query;
    const now = clock.now();
    const changes = await changesByRule(db, organisation, lastDays(now).from);
    if (rule !== undefined && !changes.some((change) => change.rule === rule))
      throw problem('not-found', 'No day was noted for this rule in the last 90 days.');
    const model = {
      rule,
      figure: await standingOf(db, organisation, now, rule ?? ALL_RULES),
      rules: changes.map(({ rule: name, first, last }) => ({
        rule: name,
        failing: moved(first.fail, last.fail),
        unknown: moved(first.unknown, last.unknown),
        since: first.day,
      })),
    };
    return showPage(deps, { request, reply }, 'trends', model, { section: 'overview' });
  });
};
