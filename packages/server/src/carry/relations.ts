import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { verifyAudit } from '../audit/verify.ts';

/** What must find nothing, each with what it would have found. */
const STRAYS = {
  'findings of no device that has a record': sql`
    select 1 from findings f where not exists (select 1 from heads h where h.organisation = f.organisation
      and h.device = f.device and h.generation = f.generation)`,
  'judgements of devices that are not there': sql`
    select 1 from judged_states s where not exists (select 1 from devices d where d.organisation = s.organisation
      and d.id = s.device)`,
  'breaches of devices that are not there': sql`
    select 1 from breaches b where b.device is not null and not exists (select 1 from devices d
      where d.organisation = b.organisation and d.id = b.device)`,
  'breaches without a beginning': sql`
    select 1 from breaches b where not exists (select 1 from breach_events e where e.organisation = b.organisation
      and e.breach = b.id and e.sequence = 1)`,
  'events of breaches that are not there': sql`
    select 1 from breach_events e where not exists (select 1 from breaches b where b.organisation = e.organisation
      and b.id = e.breach)`,
  'breaches that rest on findings that are not there': sql`
    select 1 from breach_findings l where not exists (select 1 from findings f where f.organisation = l.organisation
      and f.device = l.device and f.generation = l.generation and f.sequence = l.sequence)
      or not exists (select 1 from breaches b where b.organisation = l.organisation and b.id = l.breach)`,
  'members of groups that are not there, or who are not': sql`
    select 1 from people_group_members m where not exists (select 1 from people p where p.organisation = m.organisation
      and p.id = m.person) or not exists (select 1 from people_groups g where g.organisation = m.organisation
      and g.name = m.group_name)`,
  'holders of roles who are not there': sql`
    select 1 from role_holders h where not exists (select 1 from people p where p.organisation = h.organisation
      and p.id = h.person)`,
  'references that would be given again': sql`
    select 1 from breaches b where cast(substr(b.ref, 9) as bigint) > coalesce((select c.value from counters c
      where c.organisation = b.organisation and c.name = 'breaches-' || substr(b.ref, 4, 4)), 0)`,
  'authorisations without a beginning': sql`
    select 1 from authorisations a where not exists (select 1 from authorisation_events e
      where e.organisation = a.organisation and e.authorisation = a.id and e.sequence = 1)`,
  'authorisations that concern nobody': sql`
    select 1 from authorisations a where not exists (select 1 from authorisation_subjects s
      where s.organisation = a.organisation and s.authorisation = a.id)`,
  'events, subjects or takers of authorisations that are not there': sql`
    select 1 from (select organisation, authorisation from authorisation_events
      union all select organisation, authorisation from authorisation_subjects
      union all select organisation, authorisation from authorisation_takers) e
      where not exists (select 1 from authorisations a where a.organisation = e.organisation and a.id = e.authorisation)`,
  'authorisations of incidents that are not there': sql`
    select 1 from authorisations a where a.incident is not null and not exists (select 1 from incidents i
      where i.organisation = a.organisation and i.ref = a.incident)`,
  'references of authorisations or incidents that would be given again': sql`
    select 1 from (select organisation, ref, 'authorisations-' as series from authorisations
      union all select organisation, ref, 'incidents-' from incidents) b
      where cast(substr(b.ref, 9) as bigint) > coalesce((select c.value from counters c
      where c.organisation = b.organisation and c.name = b.series || substr(b.ref, 4, 4)), 0)`,
} as const;

/** Whatever names something that is not there, and references of breaches above their counter; each in words. */
export async function findStrays(db: Db): Promise<string[]> {
  const found: string[] = [];
  for (const [words, query] of Object.entries(STRAYS)) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from (${query}) as strays`.execute(db);
    const count = rows[0]?.count ?? 0;
    if (count > 0) found.push(`${count} ${words}`);
  }
  return found;
}

export interface AuditFound {
  /** Of each organisation's log: how many acts, and the head that an older note can be held against. */
  readonly intact: readonly string[];
  readonly broken: readonly string[];
}

export async function verifyAudits(db: Db): Promise<AuditFound> {
  const [intact, broken]: [string[], string[]] = [[], []];
  for (const { id } of await db.selectFrom('organisations').select('id').orderBy('id').execute()) {
    const result = await verifyAudit(db, id);
    if (result.intact) intact.push(`${id}: ${result.count} acts, head ${result.head}`);
    else broken.push(`the audit log of ${id} at act ${result.sequence}`);
  }
  return { intact, broken };
}
