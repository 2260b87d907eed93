import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import type { Db } from '../../packages/server/src/db/database.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { ensureOrganisation, ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { putPolicyInForce } from '../../packages/server/src/policies/upload.ts';
import { factsOfDevice } from './preview-facts.ts';

export const DEVICES = Number(process.env['BEADLE_BENCH_DEVICES'] ?? '100000');
export const POLICY = join(import.meta.dirname, '../../policies/dacorum.yaml');
export const NOW = Date.parse('2026-11-27T09:00:00Z');

export function documentOf(text: string): PolicyDocument {
  const reading = readPolicy(text);
  if (!reading.ok) throw new Error('the policy has errors');
  return reading.policy;
}

/** A device of the register: most are laptops that were heard from today. */
const deviceRow = (number: number) => ({
  organisation: ORGANISATION,
  id: `device-${String(number).padStart(7, '0')}`,
  asset_tag: `DBC-${String(number).padStart(7, '0')}`,
  serial_number: `SN${number}`,
  kind: number % 9 === 0 ? 'desktop' : 'laptop',
  holder: null,
  population: 'employee',
  groups: '[]',
  generation: 1,
  created_at: NOW,
  last_contact_at: number % 50 === 0 ? NOW - 40 * 86_400_000 : NOW,
  agent_version: '1',
  platform: 'win32',
  release: '10.0.26100',
  policy_serial: 1,
  on_council_network: number % 3 === 0 ? 0 : 1,
  clock_skew_ms: 0,
  outbox_pending: 0,
  outbox_dropped: 0,
  document_serial: 1,
  document_hash: null,
});

/** A council with its policy in observe, and devices that have told all its checks' facts. */
export async function seedFleet(db: Db): Promise<void> {
  await migrate(db);
  await ensureOrganisation(db, { name: 'Bench', at: NOW });
  const text = readFileSync(POLICY, 'utf8');
  await inTransaction(db, (tx) =>
    putPolicyInForce(tx, {
      organisation: ORGANISATION,
      document: documentOf(text),
      source: text,
      by: 'bench',
      at: NOW,
    }),
  );
  for (let from = 0; from < DEVICES; from += 400) {
    const devices = Array.from({ length: Math.min(400, DEVICES - from) }, (_, index) => deviceRow(from + index));
    const facts = devices.flatMap(({ id }, index) =>
      Object.entries(factsOfDevice(from + index, NOW)).map(([check_name, told]) => ({
        organisation: ORGANISATION,
        device: id,
        check_name,
        at: NOW - 86_400_000,
        facts: JSON.stringify(told),
      })),
    );
    await inTransaction(db, async (tx) => {
      await tx.insertInto('devices').values(devices).execute();
      for (let row = 0; row < facts.length; row += 2000)
        await tx
          .insertInto('facts')
          .values(facts.slice(row, row + 2000))
          .execute();
    });
  }
}
