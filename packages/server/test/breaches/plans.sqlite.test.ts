import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FindingBody } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../test/support/clock.ts';
import { takeIn } from '../../src/breaches/intake.ts';
import { openBreaches } from '../../src/breaches/open-breaches.ts';
import type { OpenDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { ensureOrganisation, ORGANISATION } from '../../src/organisation/store.ts';
import { putPolicyInForce } from '../../src/policies/upload.ts';
import { seedDevice } from '../support/seed.ts';

const NOW = Date.parse('2026-06-04T08:32:00Z');
const POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Northmere Borough Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - { id: firewall, clause: "5.4", says: The firewall is on., check: firewall, require: { profiles: all }, severity: critical, mode: report }
`;
/** Those that grow with the council and its years; a walk through one of them is a check-in that slows with each. */
const GROW = /\b(breaches|breach_events|breach_findings|clusters|notices|devices)\b/;

let folder: string;
let database: OpenDatabase;
const asked = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-plans-'));
  database = openDatabase(join(folder, 'database'), { log: ({ query }) => void asked.add(query.sql) });
  await migrate(database.db);
  await ensureOrganisation(database.db, { name: 'Northmere', at: NOW });
  const reading = readPolicy(POLICY);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  const about = { organisation: ORGANISATION, document: reading.policy, source: POLICY, by: 'test', at: 0 };
  await inTransaction(database.db, (tx) => putPolicyInForce(tx, about));
  for (const id of ['one', 'two']) await seedDevice(database.db, { id });
  asked.clear();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** The device says whether its firewall is on, in this order, in one batch each. */
async function tell(device: string, ...verdicts: readonly FindingBody['verdict'][]): Promise<void> {
  const random = seededRandom(device);
  for (const [index, verdict] of verdicts.entries())
    await inTransaction(database.db, async (tx) => {
      const now = NOW + index;
      const open = await openBreaches(tx, ORGANISATION, device, now);
      const about = { organisation: ORGANISATION, id: device, assetTag: device };
      const connected = { ms: 0, graces: new Map() };
      const at = new Date(now).toISOString();
      const told = { rule: 'firewall', subject: 'public', kind: 'state', verdict, severity: 'critical', at } as const;
      const finding = {
        ...told,
        clause: '5.4',
        check: 'firewall',
        salt: '',
        observed: { on: false },
        policyVersion: '1',
      };
      const deps = { now, random, origin: 'https://beadle.example', device: about, open, connected };
      await takeIn(tx, { generation: 1, sequence: index + 1, finding }, deps);
      await open.settle();
    });
}

async function planOf(sql: string): Promise<string[]> {
  const parameters = Array.from(sql.matchAll(/\?/g), () => 'x');
  const { rows } = await database.db.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${sql}`, parameters),
  );
  return rows.map(({ detail }) => detail);
}

describe('what a finding asks of the database', () => {
  it('is found by an index, and never by walking through all that the council has', async () => {
    await tell('one', 'fail');
    await tell('two', 'fail', 'fail', 'pass', 'fail');
    const statements = [...asked].filter((sql) => /^(select|insert|update|delete|with)\b/i.test(sql));
    const walks: string[] = [];
    for (const sql of statements)
      for (const step of await planOf(sql))
        if (GROW.test(step) && (step.startsWith('SCAN') || step.endsWith('(organisation=?)')))
          walks.push(`${step}: ${sql}`);
    expect(walks).toEqual([]);
    expect(statements.some((sql) => sql.includes('"ended_at" >='))).toBe(true);
  });
});
