import type { Database } from '../db/schema.ts';
import type { RetentionKind } from '../organisation/retention.ts';

/** What is kept in a table, as far as it concerns people. */
export interface Held {
  /** What one row is. */
  readonly what: string;
  /** Whom it says something about; null: nobody. */
  readonly about: string | null;
  readonly why: string;
  /** The setting by which it goes, or for how long in words. */
  readonly kept: { readonly by: RetentionKind } | { readonly until: string };
}

const holder = 'whoever holds the device';
const AS_BREACHES = { by: 'breaches' } as const;
const RECORD = { until: 'as long as there is a database: it is the record of what was decided' } as const;
const NOBODY = 'Beadle works by it';

/** Every table of the database. One that is new is not compiled before it stands here. */
export const INVENTORY: Readonly<Record<keyof Database, Held>> = {
  organisations: {
    what: 'the council, its settings and whom it has told for a role',
    about: 'the recipients who are named in the settings',
    why: 'messages go to them',
    kept: { until: 'until the settings are changed' },
  },
  devices: {
    what: 'a device, who holds it, how it last called',
    about: holder,
    why: 'the policy holds for devices and for those who hold them',
    kept: { until: 'as long as the device is registered' },
  },
  device_keys: { what: "a device's public key", about: null, why: NOBODY, kept: RECORD },
  heads: { what: "where a device's chain of findings stands", about: null, why: NOBODY, kept: RECORD },
  findings: {
    what: 'what a device told: a rule whose result changed, or something that happened',
    about: holder,
    why: 'breaches of the policy are seen by it and proven with it',
    kept: { by: 'findings' },
  },
  states: {
    what: 'how a device stands to a rule now',
    about: holder,
    why: 'what is to be put right is seen by it',
    kept: { until: 'until it changes' },
  },
  judged_states: {
    what: 'how a device stands to a rule that the server judges, now',
    about: holder,
    why: 'what is to be put right is seen by it',
    kept: { until: 'until it changes' },
  },
  uptime: { what: 'when a server was there', about: null, why: NOBODY, kept: RECORD },
  connected_graces: {
    what: 'how much contact a device had when a failing began',
    about: holder,
    why: 'a grace counts the time in which something could have been put right',
    kept: { until: 'until the failing ends' },
  },
  facts: {
    what: 'what a device read last, by check',
    about: holder,
    why: 'rules are judged by it',
    kept: { until: 'until it changes' },
  },
  breaches: {
    what: 'a breach of the policy, suspected or confirmed, and what was decided of it',
    about: 'whoever it is about, reported it or works on it',
    why: 'the council must act on it and answer for it',
    kept: AS_BREACHES,
  },
  breach_events: {
    what: 'what happened to a breach, by whom',
    about: 'whoever it is about, and who worked on it',
    why: 'it must be told who decided what, when and why',
    kept: AS_BREACHES,
  },
  breach_findings: { what: 'which findings a breach rests on', about: null, why: NOBODY, kept: RECORD },
  breach_actions: {
    what: 'what somebody is to do about a breach',
    about: 'whoever is to do it',
    why: 'a breach is put right by people',
    kept: AS_BREACHES,
  },
  clusters: { what: 'breaches of one cause', about: null, why: NOBODY, kept: RECORD },
  saved_views: {
    what: 'a list that somebody comes back to',
    about: 'whose list it is',
    why: 'they asked for it',
    kept: { until: 'until that person removes it' },
  },
  daily_standing: {
    what: 'how many devices failed each rule on a day',
    about: null,
    why: 'trends',
    kept: { until: 'two years' },
  },
  counters: { what: 'the last reference of each kind', about: null, why: NOBODY, kept: RECORD },
  notices: {
    what: 'a message, to whom it went and whether it arrived',
    about: 'whoever it went to',
    why: 'it can be proven who was told of what',
    kept: { by: 'messages' },
  },
  jobs: {
    what: 'what the server has still to do',
    about: null,
    why: NOBODY,
    kept: { until: 'a week after it is done' },
  },
  audit: {
    what: 'who did what, when, to what',
    about: 'whoever acts, and whom they act on',
    why: 'nobody can act, or look at somebody, unseen',
    kept: { until: 'as long as there is a database: what could be taken out of it would prove nothing' },
  },
  tokens: { what: 'what a script signs in with, as a hash', about: null, why: NOBODY, kept: RECORD },
  accounts: {
    what: 'who can sign in with a password',
    about: 'whose account it is',
    why: 'they sign in with it',
    kept: { until: 'as long as there is a database, disabled or not' },
  },
  spanning_roles: {
    what: 'a role in one organisation for somebody of another on the same server',
    about: 'whose account it is',
    why: 'a shared service works for several councils',
    kept: { until: 'it is taken back' },
  },
  sign_in_codes: {
    what: 'a code for a first sign-in or a new password, as a hash',
    about: 'whom it is for',
    why: 'they sign in with it',
    kept: { until: 'as long as there is a database' },
  },
  recovery_codes: {
    what: 'codes for whoever has lost their authenticator app, as hashes',
    about: 'whose account it is',
    why: 'they sign in with one, once',
    kept: { until: 'it is used, or the second factor is set up anew' },
  },
  sign_in_attempts: {
    what: 'a sign-in that has begun and is not finished, as a hash; no address',
    about: 'whose password was right',
    why: 'the second step belongs to the first',
    kept: { until: 'it is finished, or minutes have passed' },
  },
  sessions: {
    what: 'a sign-in to the console; no address',
    about: 'who signed in',
    why: 'a session can be ended',
    kept: { until: 'as long as there is a database' },
  },
  enrolment_tokens: {
    what: 'what devices are enrolled with, and who made it',
    about: 'who made it',
    why: 'only who may can enrol a device',
    kept: RECORD,
  },
  pending_enrolments: {
    what: 'a laptop that asks to be enrolled: its serial number, its name, its system and its key',
    about: 'who decided about it, and whoever its name names',
    why: 'ICT says which device it is',
    kept: { until: 'it is enrolled, its fleet key is revoked, or 30 days have passed' },
  },
  policies: {
    what: 'a version of the policy, and who put it there',
    about: 'who put it there',
    why: 'what held when',
    kept: RECORD,
  },
  policy_previews: {
    what: 'what a policy would change',
    about: 'who asked',
    why: 'they asked for it',
    kept: { until: 'a day' },
  },
  preview_changes: {
    what: 'a device whose verdict would change',
    about: holder,
    why: 'somebody asked for it',
    kept: { until: 'a day' },
  },
  baseline_decisions: {
    what: 'what an officer decided about a proposed rule',
    about: 'who decided',
    why: 'it must be told who decided what',
    kept: RECORD,
  },
  authorisations: {
    what: 'what somebody is authorised to do, by whom and why',
    about: 'whom it is for, who asked and who decided',
    why: 'what is authorised is no breach',
    kept: RECORD,
  },
  authorisation_events: {
    what: 'what happened to an authorisation, by whom',
    about: 'whom it is for, who asked and who decided',
    why: 'it must be told who decided what, when and why',
    kept: RECORD,
  },
  authorisation_subjects: {
    what: 'whom or what an authorisation is for',
    about: 'whom it is for',
    why: NOBODY,
    kept: RECORD,
  },
  authorisation_takers: {
    what: 'whose days of a year an authorisation takes',
    about: 'whom it is for',
    why: 'the policy counts days',
    kept: RECORD,
  },
  incidents: {
    what: 'an incident that was declared, by whom',
    about: 'who declared and ended it',
    why: 'authorisations rest on it',
    kept: RECORD,
  },
  helpdesk_records: {
    what: 'what was reported as broken or damaged, and by whom',
    about: 'who reported it',
    why: 'ICT mends it',
    kept: RECORD,
  },
  rights_requests: {
    what: 'a complaint, an objection or a request for a correction, and its answer',
    about: 'who asked, and who answered',
    why: 'the council must acknowledge and answer it, and show that it did',
    kept: AS_BREACHES,
  },
  pauses: {
    what: 'what ICT has paused, since when, until when and why',
    about: 'who of ICT began or ended it, and whoever holds the device',
    why: 'it must be told why nothing was looked at',
    kept: { by: 'breaches' },
  },
  device_orders: {
    what: 'what a device was ordered, by whom and why',
    about: 'whoever holds the device, and who ordered it',
    why: 'it must be told who restricted what, when and why',
    kept: AS_BREACHES,
  },
  device_order_effects: {
    what: 'what a device reported of an order, each time that it changed',
    about: holder,
    why: 'no order is said to have had an effect that nobody saw',
    kept: AS_BREACHES,
  },
  device_refusals: { what: 'why a device refused orders', about: null, why: NOBODY, kept: RECORD },
  withdrawals: {
    what: 'an order that access be withdrawn, why, by whom and until when',
    about: 'whose access it is, and who ordered, decided and restored it',
    why: 'it is carried out, proven and given back',
    kept: RECORD,
  },
  withdrawal_targets: {
    what: 'how a person’s access to one facility in one system was, is and is to be',
    about: 'whose access it is',
    why: 'what was taken away is given back exactly',
    kept: RECORD,
  },
  withdrawal_steps: {
    what: 'how each part of a withdrawal stands, and what showed it',
    about: 'whose access it is',
    why: 'nobody’s access is half withdrawn without anybody knowing',
    kept: RECORD,
  },
  withdrawal_events: {
    what: 'what happened to a withdrawal, when and by whom',
    about: 'whose access it is, and who acted',
    why: 'it can be shown what was done',
    kept: RECORD,
  },
  exhibits: {
    what: 'a thing that was seized',
    about: 'from whom it was taken',
    why: 'it is evidence, and is given back',
    kept: RECORD,
  },
  custody_events: {
    what: 'who has had an exhibit, where it was and how',
    about: 'who handed it over, took it and wrote it down',
    why: 'evidence without a whole record of custody is none: a person’s erasure leaves it as it is',
    kept: RECORD,
  },
  people: {
    what: 'a person, as the council’s own lists have them',
    about: 'the person',
    why: 'who holds a device, who is told and who decides',
    kept: { by: 'people' },
  },
  people_groups: {
    what: 'a group',
    about: null,
    why: 'rules go by it',
    kept: { until: 'until the lists have it no more' },
  },
  people_group_members: {
    what: 'who is in a group',
    about: 'the person',
    why: 'rules go by it',
    kept: { until: 'until the lists have it no more' },
  },
  role_holders: {
    what: 'who has a role, from when until when',
    about: 'the person',
    why: 'who is told and who decides',
    kept: { by: 'people' },
  },
  sticks: {
    what: 'a memory stick of the council’s, and who holds it',
    about: 'who holds it',
    why: 'a registered stick is no breach',
    kept: { until: 'as long as the register has it' },
  },
  printers: {
    what: 'a printer, and what it is counted as',
    about: 'who classified it',
    why: 'rules go by it',
    kept: { until: 'as long as the register has it' },
  },
  registers: { what: 'the version of a register', about: null, why: NOBODY, kept: RECORD },
  hand_changes: {
    what: 'which entry of a register somebody changed by hand',
    about: 'whose entry it is, and who changed it',
    why: 'an import that takes it back says so',
    kept: { until: 'until an import takes it back' },
  },
  legal_holds: {
    what: 'what must not be erased, why, and who said so',
    about: 'whom it is on, and who placed it',
    why: 'a claim, an investigation or a request needs it',
    kept: RECORD,
  },
  retention_runs: {
    what: 'what was erased in a night, by kind and count',
    about: null,
    why: 'erasing can be proven',
    kept: RECORD,
  },
};
