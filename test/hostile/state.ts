import { bodyHash, linkOf, START } from '@beadle/shared';
import { sql } from 'kysely';
import type { Server } from './server.ts';

/** What a refused request may not change, in one text. */
export async function stateOf({ database }: Server): Promise<string> {
  const { rows } = await sql<Record<string, number>>`select
    (select count(*) from findings) as findings, (select sum(sequence) from heads) as heads,
    (select count(*) from breaches) as breaches, (select count(*) from breach_events) as events,
    (select count(*) from devices) as devices, (select sum(generation) from devices) as generations,
    (select count(*) from policies) as policies, (select count(*) from accounts) as accounts,
    (select count(*) from tokens) as tokens, (select count(*) from tokens where revoked_at is null) as live,
    (select count(*) from enrolment_tokens) as enrolments, (select sum(uses_left) from enrolment_tokens) as uses,
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
