-- As beadle_owner, after each version's migration: let nothing be taken from the records, not even by the server
-- (docs/deployment.md, section 7).
grant delete on states, judged_states, connected_graces, jobs to beadle;
grant delete on people_group_members, people_groups, role_holders, hand_changes, printers to beadle;
grant delete on policy_previews, preview_changes, saved_views, daily_standing, people to beadle;
grant delete on sign_in_attempts, recovery_codes, spanning_roles to beadle;
grant delete on facts, pending_enrolments to beadle;
revoke update on findings, breach_events, breach_findings, authorisation_events, audit from beadle;
revoke update on device_order_effects from beadle;
grant update (body, subject, reason, at, received_at) on findings to beadle;
grant update (actor, detail) on breach_events, authorisation_events to beadle;
grant update (observed) on device_order_effects to beadle;
revoke insert, update on kysely_migration, kysely_migration_lock from beadle;
