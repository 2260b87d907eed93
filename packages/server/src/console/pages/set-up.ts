import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import type { Db } from '../../db/database.ts';
import { lastTest } from '../../notify/test-message.ts';
import { mayEnrolRemotely } from '../../organisation/settings.ts';
import { ORGANISATION, readOrganisation } from '../../organisation/store.ts';
import { may } from '../../people/permissions.ts';
import { generalPolicy } from '../../policies/store.ts';
import { showPage } from '../console.ts';
import { officersAddress, type SetUpDeps, setUpRecordsPage } from './set-up-records.ts';

/** Something that a council does before Beadle works for it. */
export interface Step {
  readonly title: string;
  readonly hint: string;
  /** Left out where whoever looks may not do it, or it is done on the server itself. */
  readonly href?: string | undefined;
  readonly done: boolean;
}

/** Whether there is any device, any that has called, and any account of the officer's. */
async function found(db: Db, organisation: string) {
  const device = db.selectFrom('devices').select('id').where('organisation', '=', organisation).limit(1);
  const account = db.selectFrom('accounts').select('id').where('organisation', '=', organisation).limit(1);
  const [registered, called, officer, exported] = await Promise.all([
    device.executeTakeFirst(),
    device.where('last_contact_at', 'is not', null).executeTakeFirst(),
    account.where('role', '=', 'information-security-team-leader').executeTakeFirst(),
    db
      .selectFrom('audit')
      .select('sequence')
      .where('organisation', '=', ORGANISATION)
      .where('action', '=', 'server-keys-exported')
      .limit(1)
      .executeTakeFirst(),
  ]);
  return {
    registered: registered !== undefined,
    called: called !== undefined,
    officer: officer !== undefined,
    exported: exported !== undefined,
  };
}

async function stepsOf(
  { db, clock }: SetUpDeps,
  organisation: string,
  mayDo: (permission: Parameters<typeof may>[1]) => boolean,
): Promise<Step[]> {
  const [council, there, policy, tested] = await Promise.all([
    readOrganisation(db, organisation),
    found(db, organisation),
    generalPolicy(db, organisation, clock.now()),
    lastTest(db, organisation),
  ]);
  const { settings } = council;
  const where = (permission: Parameters<typeof may>[1], href: string) => (mayDo(permission) ? href : undefined);
  return [
    {
      title: 'The council’s records, and who is told',
      hint: 'The assessment, the notice to staff, the consultation, and the Information Security Team Leader’s address.',
      href: where('settings:write', '/set-up/records'),
      done: mayEnrolRemotely(settings).may && officersAddress(settings) !== undefined,
    },
    {
      title: 'A message that arrives',
      hint: 'One test message by each channel.',
      href: where('settings:write', '/settings/test-message'),
      done: tested !== undefined,
    },
    {
      title: 'The policy',
      hint: 'What is checked, and what of it is reported. Dacorum Borough Council’s comes with Beadle.',
      href: where('policies:write', '/policies/preview'),
      done: policy !== undefined,
    },
    {
      title: 'An account for the Information Security Team Leader',
      hint: 'Also where people sign in through the council’s own sign-in: for the day on which that is away.',
      href: where('accounts:write', '/add/account'),
      done: there.officer,
    },
    {
      title: 'The register of devices',
      hint: 'A file of asset tags and serial numbers, or one device at a time.',
      href: where('devices:write', '/import/devices'),
      done: there.registered,
    },
    {
      title: 'The first laptop',
      hint: 'A fleet key for the tool that installs the agent, or a token on a device’s page.',
      href: where('fleet-keys:write', '/fleet-keys'),
      done: there.called,
    },
    {
      title: 'The server’s keys, kept apart',
      hint: 'On the server: beadle-server keys export FILE. Without them every device must be enrolled again.',
      done: there.exported,
    },
  ];
}

const Query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** `GET /set-up`: what is still to be done before Beadle works for a council, and where. */
export const setUpPages: FastifyPluginAsyncTypebox<SetUpDeps> = async (app, deps) => {
  const schema = { hide: true, querystring: Query };
  app.get('/set-up', { schema, config: { access: 'settings:write' } }, async (request, reply) => {
    const { organisation, role } = callerOf(request);
    const steps = await stepsOf(deps, organisation, (permission) => may(role, permission));
    const model = { steps, finished: steps.filter(({ done }) => done).length, saved: request.query.done === 'records' };
    return showPage(deps, { request, reply }, 'set-up', model, { section: 'settings' });
  });
  await app.register(setUpRecordsPage, deps);
};
