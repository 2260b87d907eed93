import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import Type, { type Static, type TSchema } from 'typebox';
import Value from 'typebox/value';
import { type Caller, callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import { changeOrganisation, type Given, Whole } from '../../organisation/change.ts';
import { MailAddress, type OrganisationSettings } from '../../organisation/settings.ts';
import { readOrganisation } from '../../organisation/store.ts';
import { type Answers, type EntryField, type EntryPage, formOf, showForm, takeForm, valuesOf } from '../entry-form.ts';
import { linkTo, type PageDeps } from '../console.ts';

export interface SetUpDeps extends PageDeps {
  readonly random: Random;
}

const OFFICER = 'information-security-team-leader';

/** Where the officer is told; undefined where the address is one that nobody has, until the council has said another. */
export function officersAddress({ recipients }: Pick<OrganisationSettings, 'recipients'>): string | undefined {
  const address = recipients[OFFICER]?.address;
  return address?.endsWith('@localhost') === true ? undefined : address;
}

const FIELDS: readonly EntryField[] = [
  {
    kind: 'text',
    name: 'name',
    label: 'Name of the council',
    hint: 'As it stands on breach reports and notices.',
    wrong: 'Enter the name of the council, in one line of at most 200 characters',
  },
  {
    kind: 'text',
    name: 'dpiaReference',
    label: 'Data protection impact assessment (optional)',
    hint: 'Its reference, such as DPIA-2026-014. Without it no laptop can be enrolled.',
    wrong: 'Enter the reference in one line of at most 200 characters',
    classes: 'govuk-input--width-20',
  },
  {
    kind: 'date',
    name: 'staffToldOn',
    label: 'When staff were told (optional)',
    hint: 'What is collected, and why. Without it no laptop can be enrolled.',
    wrong: 'When staff were told must be a real date, such as 1 11 2026',
  },
  {
    kind: 'text',
    name: 'consultationRecord',
    label: 'Consultation (optional)',
    hint: 'Where it is recorded that staff or their union were consulted. Without it no laptop can be enrolled.',
    wrong: 'Enter where it is recorded, in one line of at most 500 characters',
  },
  {
    kind: 'text',
    name: 'recipient',
    label: 'Who is told of breaches',
    hint: 'The Information Security Team Leader, by name or by title.',
    wrong: 'Enter a name or title, in one line of at most 200 characters',
  },
  {
    kind: 'text',
    name: 'address',
    label: 'Their e-mail address',
    wrong: 'Enter an e-mail address, like security@example.gov.uk',
  },
  {
    kind: 'text',
    name: 'deputyAddress',
    label: 'Their deputy’s e-mail address (optional)',
    wrong: 'Enter an e-mail address, like security@example.gov.uk',
  },
  {
    kind: 'text',
    name: 'contact',
    label: 'Whom workers can ask',
    hint: 'Stands on every notice, such as “the Information Security Team Leader on extension 2200”.',
    wrong: 'Enter whom to ask, in one line of at most 300 characters',
  },
];

/** What each answer has to be; what is left empty is null. */
const FORMS: Readonly<Record<string, TSchema>> = {
  name: Whole.properties.name,
  dpiaReference: Whole.properties.dpiaReference,
  staffToldOn: Whole.properties.staffToldOn,
  consultationRecord: Whole.properties.consultationRecord,
  recipient: Whole.properties.name,
  address: MailAddress,
  deputyAddress: Type.Union([MailAddress, Type.Null()]),
  contact: Whole.properties.contact,
};

function check(body: Answers): void {
  const wrong = Object.entries(FORMS).filter(([name, form]) => !Value.Check(form, body[name] ?? null));
  const fields = wrong.map(([name]) => ({ field: `body.${name}`, expected: '' }));
  if (fields.length > 0) throw problem('validation', '', fields);
}

const page: EntryPage = {
  heading: 'The council’s records',
  section: 'settings',
  crumbs: [{ text: 'Set up', href: '/set-up' }, { text: 'The council’s records' }],
  fields: FIELDS,
  check,
  action: '/set-up/records',
  button: 'Save and continue',
  intro:
    'Before workers are monitored the law asks for an assessment, for telling them and for consulting them. What is changed here is in the audit log.',
  back: '/set-up',
};

type Settings = Static<typeof Whole>;

/** What the answers make of the settings that are there: everything else in them stays. */
function withAnswers(settings: Settings, body: Answers): Given {
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : null);
  const deputyAddress = text('deputyAddress');
  const officer = { name: text('recipient') ?? '', address: text('address') ?? '' };
  return {
    ...settings,
    name: text('name') ?? '',
    dpiaReference: text('dpiaReference'),
    staffToldOn: text('staffToldOn'),
    consultationRecord: text('consultationRecord'),
    contact: text('contact') ?? '',
    recipients: {
      ...settings.recipients,
      [OFFICER]: { ...officer, ...(deputyAddress === null ? {} : { deputyAddress }) },
    },
  };
}

async function settingsOf({ db }: PageDeps, { organisation }: Caller): Promise<Settings> {
  const { name, settings } = await readOrganisation(db, organisation);
  return { name, ...settings };
}

function valuesIn(settings: Settings) {
  const officer = settings.recipients[OFFICER];
  const { name: recipient, deputyAddress } = officer ?? {};
  return valuesOf(FIELDS, { ...settings, recipient, address: officersAddress(settings), deputyAddress });
}

/** `/set-up/records`: what a council must say of itself, without the API. */
export const setUpRecordsPage: FastifyPluginAsyncTypebox<SetUpDeps> = async (app, deps) => {
  const config = { access: 'settings:write' } as const;
  app.get('/set-up/records', { schema: { hide: true }, config }, async (request, reply) =>
    showForm(deps, { request, reply }, page, { form: valuesIn(await settingsOf(deps, callerOf(request))) }),
  );
  app.post('/set-up/records', { schema: { hide: true, body: formOf(FIELDS) }, config }, (request, reply) =>
    takeForm(deps, { request, reply }, page, {
      async save(body) {
        const caller = callerOf(request);
        await changeOrganisation(deps, caller, withAnswers(await settingsOf(deps, caller), body));
        return linkTo('/set-up', { done: 'records' });
      },
    }),
  );
};
