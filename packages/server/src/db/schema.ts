import type { Generated } from 'kysely';
import type { AuthorisationTables } from './schema-authorisations.ts';
import type { DataProtectionTables } from './schema-data-protection.ts';
import type { EnrolmentTables } from './schema-enrolment.ts';
import type { HelpdeskTables } from './schema-helpdesk.ts';
import type { OrderTables } from './schema-orders.ts';
import type { PeopleTables } from './schema-people.ts';
import type { RightsTables } from './schema-rights.ts';
import type { ExhibitTables } from './schema-exhibits.ts';
import type { SignInTables } from './schema-sign-in.ts';
import type { WithdrawalTables } from './schema-withdrawals.ts';

/**
 * The tables, one interface each. Times are milliseconds since the epoch (integer, `bigint` on PostgreSQL); JSON is text,
 * read and written at each store's edge; every key begins with the organisation, and every large one with the device.
 */

export interface OrganisationTable {
  id: string;
  name: string;
  /** JSON of `OrganisationSettings`. */
  settings: string;
  created_at: number;
}

export interface DeviceTable {
  organisation: string;
  /** Made by the server at registration; what the chain and the documents are bound to. */
  id: string;
  asset_tag: string;
  serial_number: string | null;
  kind: string;
  holder: string | null;
  population: string | null;
  /** JSON array. */
  groups: string;
  /** 0 before the first enrolment; each enrolment raises it. */
  generation: number;
  created_at: number;
  last_contact_at: number | null;
  agent_version: string | null;
  platform: string | null;
  release: string | null;
  policy_serial: number;
  on_council_network: number | null;
  clock_skew_ms: number | null;
  outbox_pending: number | null;
  outbox_dropped: number | null;
  /** The serial of the last policy document that was signed for it, and a hash of what that says. */
  document_serial: number;
  document_hash: string | null;
  /** in-store, in-repair, quiet or left-service; null for in service. */
  state: string | null;
  /** When ICT last changed the state. */
  state_since: number | null;
  /** Of `quiet`: when it is in service again, by itself. */
  quiet_until: number | null;
  /** When it last said that it was on the council's network, and since when a rule asks; only while one does. */
  last_office_at: number | null;
  visits_noted_since: number | null;
  /** Where its last call appeared to come from, and since when; only while a rule asks, and never the address. */
  country: string | null;
  country_since: number | null;
  enrolled_at: number | null;
  /** The serial number that it told when it was enrolled. */
  enrolled_serial: string | null;
  /** How long it has had contact in all, in milliseconds (breaches/connected.ts). */
  connected_ms: Generated<number>;
  /** The id of the server's key that it holds to, as its last check-in said; null where it has not said. */
  server_key: string | null;
  /** The version of its desired state, and when that was made; 0 where nothing was ever ordered. */
  desired_version: Generated<number>;
  desired_at: number | null;
  /** The version that it said it holds, and when it last reported effects; 0 from its enrolment until then. */
  desired_held: Generated<number>;
  effects_at: number | null;
  /** When its key was revoked, or it was put back after it had left service; null where it was enrolled since, or neither. */
  key_revoked_at: number | null;
  /** What its desired state says of a pause: since when, until when; null for nothing. */
  paused_since: number | null;
  paused_until: number | null;
  /** The version with which that began: what was ordered after it waits for its end. */
  paused_version: number | null;
}

export interface DeviceKeyTable {
  key_id: string;
  organisation: string;
  device: string;
  generation: number;
  /** JSON of the public JWK. */
  jwk: string;
  registered_at: number;
  revoked_at: number | null;
  /** `replaced`, `revoked` or `left-service`; null while it holds, and from before 0026. */
  revoked_why: string | null;
}

/** One row a generation of a device: where its chain stands, and the last counter. Locked while a batch is applied. */
export interface HeadTable {
  organisation: string;
  device: string;
  generation: number;
  sequence: number;
  link: string;
  counter: number;
}

export interface FindingTable {
  organisation: string;
  device: string;
  generation: number;
  sequence: number;
  link: string;
  body_hash: string;
  /** The received bytes; null once erased. The chain verifies without them. */
  body: Uint8Array | null;
  received_at: number;
  /** `finding` or `gap`. */
  form: string;
  at: number;
  rule: string;
  clause: string;
  check_name: string;
  subject: string;
  kind: string;
  verdict: string;
  reason: string | null;
  severity: string;
  policy_version: string;
}

/** What holds now, by rule and subject: the last state finding of each. */
export interface StateTable {
  organisation: string;
  device: string;
  rule: string;
  subject: string;
  clause: string;
  check_name: string;
  verdict: string;
  reason: string | null;
  severity: string;
  policy_version: string;
  /** When the device first saw this verdict, by its clock. */
  since: number;
  sequence: number;
  /** JSON. */
  observed: string;
}

/** What the server judges of a device (`SERVER_JUDGED`), by rule. No finding of a device's chain. */
export interface JudgedStateTable extends Omit<StateTable, 'since' | 'sequence'> {
  /** When the server first judged so. */
  since: number;
}

/** Spans in which a server was there to be called. */
export interface UptimeTable {
  began_at: number;
  last_beat_at: number;
}

/** A failing whose grace counts connected time: what the device had of it when it began. */
export interface ConnectedGraceTable {
  organisation: string;
  device: string;
  rule: string;
  subject: string;
  since: number;
  connected_ms: number;
}

export interface FactTable {
  organisation: string;
  device: string;
  check_name: string;
  at: number;
  /** JSON. */
  facts: string;
}

export interface BreachTable {
  organisation: string;
  id: string;
  /** `BR-2026-000001`; rises within an organisation and year. */
  ref: string;
  /** Null where a person reported something that is not about one device. */
  device: string | null;
  rule: string;
  subject: string;
  /** `state` ends by the device complying again; `event`, `gap` and `person` are ended by a person. */
  kind: string;
  clause: string;
  says: string;
  remedy: string | null;
  check_name: string;
  duty: string;
  severity: string;
  /** `BreachStatus` (breaches/life/states.ts). */
  status: string;
  count: number;
  first_seen: number;
  last_seen: number;
  opened_at: number;
  policy_version: string;
  /** JSON of what was seen last. */
  observed: string;
  /** Set when the device complies again (state) and when a person closes it; only an open one is joined. */
  ended_at: number | null;
  notified_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  /** Who reported it and what they said, where a person did; JSON. */
  report: string | null;
  /** What kind of thing it is, by whoever reported it or decided about it; null while nobody has said. */
  category: string | null;
  /** confirmed, near-miss or not-a-breach: what a person decided that it is. */
  triage: string | null;
  triaged_at: number | null;
  contained_at: number | null;
  assessed_at: number | null;
  assessed_severity: string | null;
  /** JSON of the last `Assessment`; those before stand in the timeline. */
  assessment: string | null;
  /** When the first person reported it; null where only devices did. */
  reported_at: number | null;
  /** When the council became aware (Article 33): the first report or notice, unless the Data Protection Officer moved it. */
  aware_at: number | null;
  /** Who moved it. */
  aware_by: string | null;
  /** `tell` or `do-not-tell`: what was decided about telling the regulator, and those whose data it is. */
  regulator_decision: string | null;
  individuals_decision: string | null;
  /** Whose case it is. */
  owner: string | null;
  /** The officer whom it implicates, as `typedKey`: they cannot see it. */
  concealed_from: string | null;
  /** Since when the device keeps to the rule again, of a breach that a person has decided to go on with. */
  complies_since: number | null;
  cluster: string | null;
  /** How many steps of the policy's `escalate` have been taken. */
  escalations: number;
}

/** What somebody is to do about a breach, by when. */
export interface BreachActionTable {
  organisation: string;
  id: string;
  breach: string;
  title: string;
  owner: string;
  due_at: number;
  made_at: number;
  made_by: string;
  ended_at: number | null;
  ended_by: string | null;
  /** done or dropped. */
  outcome: string | null;
  note: string | null;
}

/** A list of breaches that somebody comes back to. */
export interface SavedViewTable {
  organisation: string;
  /** Whose it is, as the audit log names them. */
  account: string;
  name: string;
  /** The query of its address. */
  query: string;
  created_at: number;
}

/** Breaches of one rule and one cause: one item with one decision and one message. */
export interface ClusterTable {
  organisation: string;
  id: string;
  ref: string;
  /** What they share; one that is open for each. */
  cause_key: string;
  rule: string;
  clause: string;
  /** JSON of what they share, to be read. */
  cause: string;
  opened_at: number;
  last_at: number;
  /** How many have joined it. */
  breaches: number;
  /** Set once none of them is open: the next one of its kind is another item. */
  ended_at: number | null;
  /** The message that told of it. */
  notice: string | null;
}

/** Append-only: everything that happened to a breach. */
export interface BreachEventTable {
  organisation: string;
  breach: string;
  sequence: number;
  at: number;
  actor: string;
  type: string;
  /** JSON. */
  detail: string;
}

/** The findings that a breach rests on: its verdict history. */
export interface BreachFindingTable {
  organisation: string;
  breach: string;
  device: string;
  generation: number;
  sequence: number;
}

export interface CounterTable {
  organisation: string;
  name: string;
  value: number;
}

/** A delivery: one event by one channel. Can be seen, retried and proven. */
export interface NoticeTable {
  organisation: string;
  id: string;
  /** `mail`, `govuk-notify`, `webhook:NAME` or `siem:NAME`. */
  channel: string;
  /** The role it is for, empty where the channel is for none; and where it went. */
  role: string;
  /** `deputy` where it is for the deputy of the role, whoever is there, `person` where for one person; else null. */
  standing: string | null;
  address: string;
  title: string;
  body: string;
  /** JSON array of breach ids. */
  breaches: string;
  /** waiting, sent, failed. */
  status: string;
  created_at: number;
  sent_at: number | null;
  attempts: number;
  last_error: string | null;
  /** `holder`, `deputy`, `settings` or `person`: as whom the recipient was told; null before it was sent. */
  sent_as: string | null;
  /** What it tells of; the same for every delivery of one event. Null, like the next four, from before 0010. */
  event: string | null;
  type: string | null;
  reference: string | null;
  severity: string | null;
  /** Where it is to be looked at, below the server's origin. */
  path: string | null;
  /** What the far end gave for it, such as the id at GOV.UK Notify. */
  receipt: string | null;
  /** What the far end said later: delivered, permanent-failure, temporary-failure, technical-failure, unknown. */
  delivery: string | null;
  delivered_at: number | null;
  /** The delivery that failed for good, which this one stands in for. */
  instead_of: string | null;
  /** The account of the one person whom it is for; null where it is for a role. */
  person: string | null;
}

export interface JobTable {
  id: string;
  organisation: string;
  kind: string;
  /** A second job with the same key is not queued while the first waits. */
  dedupe_key: string;
  /** JSON. */
  payload: string;
  run_at: number;
  leased_until: number | null;
  attempts: number;
  last_error: string | null;
  /** waiting, done, dead. */
  status: string;
  created_at: number;
}

export interface AuditTable {
  organisation: string;
  sequence: number;
  at: number;
  actor: string;
  action: string;
  target: string;
  /** JSON. */
  detail: string;
  previous: string;
  link: string;
}

export interface PolicyTable {
  organisation: string;
  serial: number;
  version: string;
  title: string;
  /** SHA-256 of the document's JSON. */
  hash: string;
  /** JSON of the policy document. */
  document: string;
  /** As it was uploaded. */
  source: string;
  uploaded_at: number;
  uploaded_by: string;
  /** From when on it holds, in milliseconds since the epoch. */
  effective_at: number;
  withdrawn_at: number | null;
  /** JSON of a list; null for all. */
  populations: string | null;
}

/** What a policy would change, as it was found; kept for a day. */
export interface PolicyPreviewTable {
  organisation: string;
  id: string;
  /** SHA-256 of the document's JSON, as of a policy. */
  hash: string;
  version: string;
  title: string;
  /** JSON of the policy document. */
  document: string;
  /** As it was sent. */
  source: string;
  /** running, done. */
  status: string;
  /** JSON of a `Tally`. */
  tally: string;
  /** Devices to look at, and how many have been. */
  total: number;
  seen: number;
  facts_at_most_days: number;
  created_at: number;
  created_by: string;
  /** The asset tag after which it goes on. */
  after_tag: string | null;
  finished_at: number | null;
}

/** A device whose verdict for a rule would change. */
export interface PreviewChangeTable {
  organisation: string;
  preview: string;
  rule: string;
  asset_tag: string;
  verdict_before: string;
  verdict_after: string;
  /** When a breach would be opened: `atOnce`, `firstWeek` or `later`. */
  breach: string | null;
}

/** What an officer decided about a proposed item of the baseline, the last time. */
export interface BaselineDecisionTable {
  organisation: string;
  item: string;
  /** accepted, refused. */
  decision: string;
  reason: string;
  decided_by: string;
  decided_at: number;
}

/** How devices stood when a day was noted: one row for each rule, and one with the rule '' for the worst of all rules. */
export interface DailyStandingTable {
  organisation: string;
  /** The council's day, such as `2026-06-04`. */
  day: string;
  rule: string;
  fail: number;
  unknown: number;
  exempt: number;
  pass: number;
  /** Devices that were heard from in the seven days before; the same in every row of a day. */
  heard_from: number;
  noted_at: number;
}

export interface Database
  extends AuthorisationTables,
    DataProtectionTables,
    EnrolmentTables,
    ExhibitTables,
    HelpdeskTables,
    OrderTables,
    PeopleTables,
    RightsTables,
    SignInTables,
    WithdrawalTables {
  organisations: OrganisationTable;
  devices: DeviceTable;
  device_keys: DeviceKeyTable;
  heads: HeadTable;
  findings: FindingTable;
  states: StateTable;
  judged_states: JudgedStateTable;
  uptime: UptimeTable;
  connected_graces: ConnectedGraceTable;
  facts: FactTable;
  breaches: BreachTable;
  breach_events: BreachEventTable;
  breach_findings: BreachFindingTable;
  breach_actions: BreachActionTable;
  clusters: ClusterTable;
  saved_views: SavedViewTable;
  daily_standing: DailyStandingTable;
  counters: CounterTable;
  notices: NoticeTable;
  jobs: JobTable;
  audit: AuditTable;
  policies: PolicyTable;
  policy_previews: PolicyPreviewTable;
  preview_changes: PreviewChangeTable;
  baseline_decisions: BaselineDecisionTable;
}
