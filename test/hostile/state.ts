import { bodyHash, linkOf, START } from '@beadle/shared';
import { sql } from 'kysely';
import type { Server } from './server.ts';

/** Another number wherever a statement may have changed something since: cheap, where to count all rows is not. */
export async function writesOf({ database }: Server): Promise<string> {
  const { rows } = await (database.engine === 'sqlite'
    ? sql<{ writes: number }>`select total_changes() as writes`
    : sql<{ writes: string }>`select pg_snapshot_xmax(pg_current_snapshot())::text as writes`
  ).execute(database.db);
  return String(rows[0]?.writes);
}

/** What a refused request may not change, in one text. */
export async function stateOf({ database }: Server): Promise<string> {
  const { rows } = await sql<Record<string, number>>`select
    (select count(*) from findings) as findings, (select sum(sequence) from heads) as heads,
    (select count(*) from breaches) as breaches, (select count(*) from breach_events) as events,
    (select count(*) from devices) as devices, (select sum(generation) from devices) as generations,
    (select count(*) from policies) as policies, (select count(*) from accounts) as accounts,
    (select count(*) from tokens) as tokens, (select count(*) from tokens where revoked_at is null) as live,
    (select count(*) from enrolment_tokens) as enrolments, (select sum(uses_left) from enrolment_tokens) as uses,
    (select count(*) from authorisations) as authorisations, (select sum(version) from authorisations) as acts,
    (select count(*) from authorisation_subjects) as subjects,
    (select count(*) from incidents) as incidents, (select count(*) from incidents where ended_at is null) as lasting,
    (select count(*) from people) as people, (select count(*) from people where gone_at is null) as there,
    (select count(*) from people_groups) as groups, (select count(*) from people_group_members) as members,
    (select count(*) from role_holders) as roles, (select sum(version) from registers) as registers,
    (select count(*) from sticks) as sticks, (select count(*) from printers) as printers,
    (select count(*) from devices where state is null) as serving,
    (select count(*) from baseline_decisions) as decisions,
    (select count(*) from policies where withdrawn_at is null) as standing,
    (select count(*) from sign_in_codes) as codes, (select count(*) from states) as states`.execute(database.db);
  return JSON.stringify(rows[0]);
}

/** The devices whose chain does not follow from the bytes that are stored. */
export async function brokenChains({ database }: Server): Promise<string[]> {
  const rows = await database.db
    .selectFrom('findings')
    .select(['device', 'generation', 'sequence', 'link', 'body', 'form'])
    .orderBy('device')
    .orderBy('generation')
    .orderBy('sequence')
    .execute();
  const broken = new Set<string>();
  let [chain, previous] = ['', START.link];
  for (const { device, generation, sequence, link, body } of rows) {
    const name = `${device} ${generation}`;
    if (name !== chain) [chain, previous] = [name, START.link];
    const hash = bodyHash(body ?? Buffer.alloc(0));
    if (link !== linkOf({ previous, device, generation, sequence, bodyHash: hash })) broken.add(name);
    previous = link;
  }
  return [...broken];
}
