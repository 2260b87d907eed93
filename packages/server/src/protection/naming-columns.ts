import type { Database } from '../db/schema.ts';

/** A table in which a person may stand, and where in it. */
export interface NamingTable {
  readonly table: keyof Database;
  /** With the organisation, its primary key. */
  readonly key: readonly string[];
  /** Columns that hold one name, account or address, and nothing else. */
  readonly exact: readonly string[];
  /** Columns of words or JSON in which names may stand. */
  readonly within: readonly string[];
  /** A row that names them in one of these is theirs as a whole; any other only where it names them. */
  readonly theirs?: readonly string[];
}

/**
 * Every place in which somebody may be named by an account, an address or a name, but for the people's own tables, the
 * findings, the audit log and the custody of exhibits. What is exported of a person, what keeps one who is gone, and what an erasure replaces is
 * looked for here: a table that can come to name somebody is added here, and nowhere else.
 */
export const NAMING: readonly NamingTable[] = [
  {
    table: 'breaches',
    key: ['id'],
    exact: ['acknowledged_by', 'aware_by', 'owner'],
    within: ['report', 'observed', 'subject', 'assessment', 'concealed_from'],
    theirs: ['report'],
  },
  { table: 'breach_events', key: ['breach', 'sequence'], exact: ['actor'], within: ['detail'] },
  {
    table: 'breach_actions',
    key: ['breach', 'id'],
    exact: ['owner', 'made_by', 'ended_by'],
    within: ['title', 'note'],
    theirs: ['owner'],
  },
  {
    table: 'authorisations',
    key: ['id'],
    exact: ['accepted_by', 'acceptance_recorded_by', 'requested_by', 'decided_by', 'revoked_by', 'paper_said_by'],
    within: [
      'subject',
      'scope',
      'purpose',
      'risks',
      'decision_reason',
      'conditions',
      'revoked_reason',
      'safety_review',
      'paper',
      'paper_how',
    ],
    theirs: ['subject', 'requested_by', 'accepted_by', 'paper'],
  },
  { table: 'authorisation_events', key: ['authorisation', 'sequence'], exact: ['actor'], within: ['detail'] },
  {
    table: 'authorisation_subjects',
    key: ['subject_key', 'authorisation'],
    exact: [],
    within: ['subject_key'],
    theirs: ['subject_key'],
  },
  {
    table: 'authorisation_takers',
    key: ['taker_key', 'authorisation'],
    exact: [],
    within: ['taker_key'],
    theirs: ['taker_key'],
  },
  {
    table: 'incidents',
    key: ['id'],
    exact: ['declared_by', 'ended_by'],
    within: ['title', 'description', 'end_reason'],
  },
  {
    table: 'helpdesk_records',
    key: ['id'],
    exact: ['reported_by', 'closed_by'],
    within: ['description', 'close_reason'],
    theirs: ['reported_by'],
  },
  {
    table: 'rights_requests',
    key: ['id'],
    exact: ['asked_by', 'account', 'acknowledged_by', 'answered_by'],
    within: ['words', 'answer', 'note'],
    theirs: ['asked_by', 'account'],
  },
  {
    table: 'device_orders',
    key: ['device', 'id'],
    exact: ['ordered_by', 'lifted_by'],
    within: ['notice', 'reason', 'text', 'lift_reason', 'observed'],
  },
  { table: 'pauses', key: ['id'], exact: ['begun_by', 'ended_by'], within: ['reason', 'end_reason'] },
  { table: 'device_order_effects', key: ['device', 'order_id', 'sequence'], exact: [], within: ['observed'] },
  {
    table: 'withdrawals',
    key: ['id'],
    exact: ['requested_by', 'decided_by', 'restored_by'],
    within: ['subjects', 'reason', 'decision_reason', 'restore_reason'],
    theirs: ['subjects'],
  },
  {
    table: 'withdrawal_targets',
    key: ['id'],
    exact: ['account', 'email'],
    within: ['before', 'changes', 'left_over', 'proof', 'trouble_words'],
    theirs: ['account'],
  },
  {
    table: 'withdrawal_steps',
    key: ['withdrawal', 'id'],
    exact: ['account'],
    within: ['proof', 'left_over'],
    theirs: ['account'],
  },
  { table: 'withdrawal_events', key: ['withdrawal', 'sequence'], exact: ['actor'], within: ['detail'] },
  { table: 'exhibits', key: ['id'], exact: [], within: ['description'] },
  {
    table: 'notices',
    key: ['id'],
    exact: ['address', 'person'],
    within: ['title', 'body', 'last_error'],
    theirs: ['address', 'person'],
  },
  { table: 'legal_holds', key: ['id'], exact: ['target', 'placed_by', 'ended_by'], within: ['reason', 'end_reason'] },
  { table: 'sticks', key: ['serial_key'], exact: ['holder'], within: ['note'], theirs: ['holder'] },
  { table: 'printers', key: ['id'], exact: ['classified_by'], within: ['note'] },
  { table: 'people', key: ['id'], exact: ['line_manager'], within: [] },
  { table: 'role_holders', key: ['id'], exact: ['created_by'], within: [] },
  {
    table: 'hand_changes',
    key: ['register', 'row_key', 'column_name'],
    exact: ['row_key', 'changed_by'],
    within: [],
    theirs: ['row_key'],
  },
  { table: 'policies', key: ['serial'], exact: ['uploaded_by'], within: [] },
  { table: 'policy_previews', key: ['id'], exact: ['created_by'], within: [] },
  { table: 'baseline_decisions', key: ['item'], exact: ['decided_by'], within: ['reason'] },
  { table: 'enrolment_tokens', key: ['id'], exact: ['created_by', 'revoked_by'], within: ['name'] },
  { table: 'pending_enrolments', key: ['id'], exact: ['decided_by'], within: ['name', 'reason'] },
  {
    table: 'saved_views',
    key: ['account', 'name'],
    exact: ['account'],
    within: ['name', 'query'],
    theirs: ['account'],
  },
  { table: 'accounts', key: ['id'], exact: ['name'], within: [], theirs: ['name'] },
  { table: 'sessions', key: ['id_hash'], exact: ['name', 'account'], within: [], theirs: ['name', 'account'] },
  { table: 'spanning_roles', key: ['id'], exact: ['granted_by'], within: [] },
  { table: 'sign_in_codes', key: ['code_hash'], exact: ['name'], within: [], theirs: ['name'] },
  { table: 'devices', key: ['id'], exact: ['holder'], within: [], theirs: ['holder'] },
];
