import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { lastTest } from '../../notify/test-message.ts';
import { mayEnrolRemotely } from '../../organisation/settings.ts';
import { ORGANISATION, readOrganisation } from '../../organisation/store.ts';
import { may } from '../../people/permissions.ts';
import { generalPolicy } from '../../policies/store.ts';
import { showPage } from '../console.ts';
import { officersAddress, type SetUpDeps, setUpRecordsPage } from './set-up-records.ts';

/** What a council does before Beadle works for it; without `at` it is done on the server itself. */
const STEPS = [
  {
    what: 'records',
    title: 'The council’s records, and who is told',
    hint: 'The assessment, the notice to staff, the consultation, and the Information Security Team Leader’s address.',
    at: { href: '/set-up/records', permission: 'settings:write' },
  },
  {
    what: 'tested',
    title: 'A message that arrives',
    hint: 'One test message by each channel.',
    at: { href: '/settings/test-message', permission: 'settings:write' },
  },
  {
    what: 'policy',
    title: 'The policy',
    hint: 'What is checked, and what of it is reported. Dacorum Borough Council’s comes with Beadle.',
    at: { href: '/policies/preview', permission: 'policies:write' },
  },
  {
    what: 'officer',
    title: 'An account for the Information Security Team Leader',
    hint: 'Also where people sign in through the council’s own sign-in: for the day on which that is away.',
    at: { href: '/add/account', permission: 'accounts:write' },
  },
  {
    what: 'registered',
    title: 'The register of devices',
    hint: 'A file of asset tags and serial numbers, or one device at a time.',
    at: { href: '/import/devices', permission: 'devices:write' },
  },
  {
    what: 'called',
    title: 'The first laptop',
    hint: 'A fleet key for the tool that installs the agent, or a token on a device’s page.',
    at: { href: '/fleet-keys', permission: 'fleet-keys:write' },
  },
  {
    what: 'exported',
    title: 'The server’s keys, kept apart',
    hint: 'On the server: beadle-server keys export FILE. Without them every device must be enrolled again.',
    at: undefined,
  },
] as const;

type Done = Readonly<Record<(typeof STEPS)[number]['what'], boolean>>;

async function doneIn({ db, clock }: SetUpDeps, organisation: string): Promise<Done> {
  const device = db.selectFrom('devices').select('id').where('organisation', '=', organisation).limit(1);
  const account = db.selectFrom('accounts').select('id').where('organisation', '=', organisation).limit(1);
  const exports = db.selectFrom('audit').select('sequence').where('organisation', '=', ORGANISATION).limit(1);
  const [{ settings }, tested, policy, officer, registered, called, exported] = await Promise.all([
    readOrganisation(db, organisation),
    lastTest(db, organisation),
    generalPolicy(db, organisation, clock.now()),
    account.where('role', '=', 'information-security-team-leader').executeTakeFirst(),
    device.executeTakeFirst(),
    device.where('last_contact_at', 'is not', null).executeTakeFirst(),
    exports.where('action', '=', 'server-keys-exported').executeTakeFirst(),
  ]);
  return {
    records: mayEnrolRemotely(settings).may && officersAddress(settings) !== undefined,
    tested: tested !== undefined,
    policy: policy !== undefined,
    officer: officer !== undefined,
    registered: registered !== undefined,
    called: called !== undefined,
    exported: exported !== undefined,
  };
}

const Query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** `GET /set-up`: what is still to be done before Beadle works for a council, and where. */
export const setUpPages: FastifyPluginAsyncTypebox<SetUpDeps> = async (app, deps) => {
  const schema = { hide: true, querystring: Query };
  app.get('/set-up', { schema, config: { access: 'settings:write' } }, async (request, reply) => {
    const { organisation, role } = callerOf(request);
    const isDone = await doneIn(deps, organisation);
    const steps = STEPS.map(({ what, title, hint, at }) => {
      const href = at !== undefined && may(role, at.permission) ? at.href : undefined;
      return { title, hint, href, done: isDone[what] };
    });
    const model = { steps, finished: steps.filter(({ done }) => done).length, saved: request.query.done === 'records' };
    return showPage(deps, { request, reply }, 'set-up', model, { section: 'settings' });
  });
  await app.register(setUpRecordsPage, deps);
};
