import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import Type from 'typebox';
import { actorOf, callerOf } from '../../access.ts';
import { timingOf } from '../../breaches/clocks/clocks.ts';
import type { Db } from '../../db/database.ts';
import { runsSideBySide } from '../../db/engine.ts';
import { holdersOfKeys } from '../../devices/server-keys.ts';
import { databaseState } from '../../db/size.ts';
import { standingOfJobs } from '../../jobs/standing.ts';
import type { ServerKeys } from '../../keys/keys.ts';
import { channelStandings } from '../../notify/channel-standing.ts';
import { lastTest, testChannels } from '../../notify/test-message.ts';
import { readOrganisation } from '../../organisation/store.ts';
import { may } from '../../people/permissions.ts';
import { toldFirst } from '../../policies/rule-of-finding.ts';
import { generalPolicy } from '../../policies/store.ts';
import { lastRun } from '../../protection/retention-job.ts';
import type { Settings } from '../../settings.ts';
import { VERSION } from '../../version.ts';
import { type Confirmation, ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { type PageDeps, showPage } from '../console.ts';
import { councilSections } from '../settings/council.ts';
import { deadlineSection } from '../settings/deadline-section.ts';
import { retentionSection } from '../settings/retention-section.ts';
import { serverSections } from '../settings/server.ts';
import { channelRows, jobRows } from '../settings/works.ts';

export interface SettingsPageDeps extends PageDeps {
  readonly settings: Settings;
  readonly keys: ServerKeys;
  readonly random: Random;
}

/** Shorter than a browser waits. */
const TIME_LIMIT_MS = 20_000;
const BETWEEN_MS = 60_000;

async function agentVersions(db: Db, organisation: string) {
  const rows = await db
    .selectFrom('devices')
    .select(['agent_version', (eb) => eb.fn.countAll<number>().as('count')])
    .where('organisation', '=', organisation)
    .where('agent_version', 'is not', null)
    .groupBy('agent_version')
    .orderBy('agent_version', 'desc')
    .execute();
  return rows.map(({ agent_version: version, count }) => ({ version: version ?? '', devices: count }));
}

async function modelOf({ db, clock, settings, keys }: SettingsPageDeps, organisation: string) {
  const now = clock.now();
  const [council, { deadlines }, policy, database, agents, holders, channels, jobs, tested, lastErased] =
    await Promise.all([
      readOrganisation(db, organisation),
      timingOf(db, organisation, now),
      generalPolicy(db, organisation, now),
      databaseState(db),
      agentVersions(db, organisation),
      holdersOfKeys(db, organisation),
      channelStandings(db, organisation),
      standingOfJobs(db, organisation),
      lastTest(db, organisation),
      lastRun(db, organisation),
    ]);
  const engine = runsSideBySide(db) ? ('postgres' as const) : ('sqlite' as const);
  const server = { settings, keys, holders, version: VERSION, database: { ...database, engine }, agents };
  return {
    sections: [
      ...councilSections(council, now),
      retentionSection(council, lastErased),
      deadlineSection(deadlines, policy),
      ...serverSections(server),
    ],
    channels: channelRows(settings, channels),
    jobs: jobRows(jobs),
    tested,
  };
}

const QUESTION: Confirmation = {
  heading: 'Are you sure that you want to send a test message?',
  section: 'settings',
  crumbs: [{ text: 'Settings', href: '/settings' }, { text: 'Send a test message' }],
  lines: [
    'One message goes by each channel at once: to whoever the policy tells first, and to each machine. It says that nothing has happened.',
    'This can take up to 20 seconds. It is recorded under your name.',
  ],
  action: '/settings/test-message',
  button: 'Send a test message',
  back: '/settings#channels',
};

function testing(app: Parameters<typeof settingsPage>[0], deps: SettingsPageDeps): void {
  const { db, clock, random, settings } = deps;
  const config = { access: 'settings:write' } as const;
  app.get('/settings/test-message', { schema: { hide: true }, config }, (request, reply) =>
    showConfirmation(deps, { request, reply }, QUESTION),
  );
  app.post('/settings/test-message', { schema: { hide: true, body: ConfirmForm }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const { organisation } = caller;
    const { reportTo: role } = toldFirst(await generalPolicy(db, organisation, clock.now()));
    const asked = { organisation, role, actor: actorOf(caller), timeLimitMs: TIME_LIMIT_MS, betweenMs: BETWEEN_MS };
    try {
      await testChannels({ db, clock, random, settings }, asked);
    } catch (error) {
      return showConfirmation(deps, { request, reply }, { ...QUESTION, error: refusalOf(error) });
    }
    return reply.redirect('/settings?done=tested#channels', 303);
  });
}

const Query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** `GET /settings`: what the server is set to and whether it works; `POST /settings/test-message` tries each channel. */
export const settingsPage: FastifyPluginAsyncTypebox<SettingsPageDeps> = async (app, deps) => {
  const schema = { hide: true, querystring: Query };
  app.get('/settings', { schema, config: { access: 'settings:read' } }, async (request, reply) => {
    const { organisation, role } = callerOf(request);
    const model = {
      ...(await modelOf(deps, organisation)),
      mayTest: may(role, 'settings:write'),
      mayProtect: may(role, 'data-protection'),
      maySeeAccounts: may(role, 'roles:write'),
      mayMakeTokens: may(role, 'tokens:write'),
      done: request.query.done === 'tested',
    };
    return showPage(deps, { request, reply }, 'settings', model, { section: 'settings' });
  });
  testing(app, deps);
};
