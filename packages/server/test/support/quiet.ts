import { known, type PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import type { Db } from '../../src/db/database.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { putPolicyInForce } from '../../src/policies/upload.ts';
import { seedDevice, seedFacts, seedFinding, seedState } from './seed.ts';

const DAY = 86_400_000;

interface Given {
  readonly version?: string;
  readonly mode?: string;
  readonly grace?: string;
}

/** An invented council's policy, in observe unless told otherwise. */
export const quietPolicy = ({ version = '2026.1', mode = 'observe', grace = 'P14D' }: Given = {}) => `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Northmere Borough Council
version: "${version}"
effectiveFrom: 2026-01-01
reviewBy: 2027-01-01
reportTo: information-security-team-leader
rules:
  - id: laptop-encryption
    clause: "5.9"
    says: Laptops must be encrypted and routinely checked.
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: critical
    mode: ${mode}
    duty: ict
  - id: sticks
    clause: "5.9"
    says: Memory sticks must not be plugged in.
    check: removable-media
    require: { allow: none }
    severity: high
    mode: ${mode}
    duty: holder
  - id: home-printing
    clause: "5.14"
    says: Nothing is printed at home.
    check: printing
    # Officers add the council's own printers here.
    require: { councilPrinters: ['\\\\print.northmere\\*'], homePrinting: deny, unknownQueues: fail }
    severity: medium
    grace: ${grace}
    mode: ${mode}
    duty: holder
  - id: administrators
    clause: "5.4"
    says: Nobody has more rights than was meant.
    check: accounts
    require: { localAdministrators: [Administrator] }
    severity: high
    mode: observe
    duty: ict
  - id: office-visits
    clause: "5.23"
    says: Bring the laptop in from time to time.
    check: contact
    require: { officeVisitAtMost: P90D }
    severity: low
    duty: ict
`;

export function documentOf(text: string): PolicyDocument {
  const reading = readPolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  return reading.policy;
}

export const putQuietPolicy = (db: Db, at: number, given: Given = {}) => {
  const source = quietPolicy(given);
  const upload = { organisation: ORGANISATION, document: documentOf(source), source, by: 'Ann Officer', at };
  return db.transaction().execute((tx) => putPolicyInForce(tx, upload));
};

const volume = (state: string) => ({
  volumes: known([{ name: 'C:', role: 'system', state: known(state), method: 'XTS-AES-256', percent: 100 }]),
});
const queue = (target: string) => ({ name: `Queue at ${target}`, target, reach: 'network' });

/** A small invented fleet that has been watched for a while: some of it fails, and some of it says nothing. */
export async function seedQuietFleet(db: Db, now: number, count = 40): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const silent = index % 10 === 9;
    const { id } = await seedDevice(db, {
      asset_tag: `QUIET-${String(index).padStart(4, '0')}`,
      holder: index % 4 === 0 ? null : 'Sam Rivers',
      last_contact_at: silent ? now - 30 * DAY : now,
      on_council_network: index % 3 === 0 ? 0 : 1,
    });
    const isPlain = index % 7 === 3;
    const facts: Readonly<Record<string, object>> = {
      'disk-encryption': volume(isPlain ? 'off' : 'on'),
      'removable-media': { present: known([]) },
      printing: {
        queues: known([
          queue('\\\\print.northmere\\Floor1'),
          ...(index % 5 === 0 ? [queue('\\\\old-server\\Annex')] : []),
          ...(index % 8 === 0 ? [queue('ipp://192.168.1.20/ipp')] : []),
        ]),
        jobs: known('told'),
      },
      accounts: {
        administrators: known([{ name: 'NORTHMERE\\Device Admins', aliases: [] }]),
        guest: known('off'),
        local: known([]),
      },
    };
    for (const [check_name, told] of Object.entries(facts))
      await seedFacts(db, id, { check_name, facts: JSON.stringify(told), at: now - 20 * DAY });
    if (isPlain) await seedState(db, id, { verdict: 'fail', since: now - 20 * DAY });
    if (index % 6 === 2)
      await seedFinding(db, id, {
        rule: 'sticks',
        check_name: 'removable-media',
        subject: 'CAFE0001',
        kind: 'event',
        at: now - 3 * DAY,
        received_at: now - 3 * DAY,
        body: Buffer.from(JSON.stringify({ observed: { kind: 'storage', serial: 'CAFE0001', encrypted: false } })),
      });
  }
}
