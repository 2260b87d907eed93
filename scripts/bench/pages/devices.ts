import type { Insertable } from 'kysely';
import type { Tx } from '../../../packages/server/src/db/database.ts';
import type { DeviceTable, StateTable } from '../../../packages/server/src/db/schema.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { factsOfDevice } from '../preview-facts.ts';
import { type Dice, dice } from './dice.ts';
import { insertAll } from './insert.ts';
import { nameOf } from './people.ts';
import { RULES } from './rules.ts';
import { DAY_MS, NOW, SIZES, YEAR_MS } from './sizes.ts';

export interface CouncilDevice {
  readonly id: string;
  readonly tag: string;
  readonly enrolled: boolean;
  /** How many findings it has sent. */
  readonly findings: number;
}

const tagOf = (number: number): string => `DBC-${String(number).padStart(5, '0')}`;

/** One device has more than a twentieth of all findings, and a few have most of the rest. */
function shares(count: number): number[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / Math.sqrt(index + 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) =>
    Math.floor(SIZES.findings * (0.95 * (weight / all) + (index === 0 ? 0.05 : 0))),
  );
}

function deviceRow({ id, tag, enrolled, findings }: CouncilDevice, number: number, { percent, below }: Dice) {
  const silent = percent(4);
  const row: Insertable<DeviceTable> = {
    organisation: ORGANISATION,
    id,
    asset_tag: tag,
    serial_number: percent(1) ? 'To be filled by O.E.M.' : `PF3X${String(number).padStart(6, '0')}`,
    kind: number % 9 === 0 ? 'desktop' : 'laptop',
    holder: percent(6) ? null : nameOf(below(SIZES.people)),
    population: percent(70) ? 'employee' : null,
    groups: '[]',
    generation: enrolled ? 1 : 0,
    created_at: NOW - YEAR_MS,
    last_contact_at: enrolled ? NOW - (silent ? 12 + below(90) : 0) * DAY_MS - below(DAY_MS / 2) : null,
    agent_version: enrolled ? '0.1.0' : null,
    platform: enrolled ? 'win32' : null,
    release: enrolled ? '10.0.26100' : null,
    policy_serial: 1,
    on_council_network: percent(40) ? 1 : 0,
    clock_skew_ms: 120,
    outbox_pending: 0,
    outbox_dropped: 0,
    document_serial: enrolled ? findings % 40 : 0,
    document_hash: null,
    state: percent(3) ? 'in-store' : null,
    state_since: NOW - 60 * DAY_MS,
    enrolled_at: enrolled ? NOW - YEAR_MS : null,
    enrolled_serial: enrolled ? `PF3X${String(number).padStart(6, '0')}` : null,
  };
  return row;
}

const VERDICTS = ['fail', 'unknown', 'exempt', 'pass'] as const;

function verdictOf({ fraction }: Dice): (typeof VERDICTS)[number] {
  const drawn = fraction();
  return drawn < 0.03 ? 'fail' : drawn < 0.07 ? 'unknown' : drawn < 0.09 ? 'exempt' : 'pass';
}

const statesOf = (device: string, rolled: Dice): Insertable<StateTable>[] =>
  RULES.flatMap((about, place) =>
    about.subjects.map((subject, index) => {
      const verdict = verdictOf(rolled);
      return {
        organisation: ORGANISATION,
        device,
        rule: about.rule,
        subject,
        clause: about.clause,
        check_name: about.check,
        verdict,
        reason: verdict === 'unknown' ? rolled.of(['access-denied', 'log-disabled', 'timed-out']) : null,
        severity: about.severity,
        policy_version: '2026.1',
        since: NOW - rolled.below(200) * DAY_MS,
        sequence: place * 3 + index + 1,
        // Each home has a printer of its own.
        observed: about.observed.replace('canon', device),
      };
    }),
  );

const factRows = (device: string, number: number) =>
  Object.entries(factsOfDevice(number, NOW)).map(([check_name, facts]) => ({
    organisation: ORGANISATION,
    device,
    check_name,
    at: NOW - DAY_MS,
    facts: JSON.stringify(facts),
  }));

const headOf = ({ id, findings }: CouncilDevice) => ({
  organisation: ORGANISATION,
  device: id,
  generation: 1,
  sequence: findings,
  link: '0'.repeat(64),
  counter: NOW,
});

/** What only the server judges: most devices are heard from. */
const judgedOf = (device: string, { percent, below }: Dice) =>
  (['device-not-seen', 'device-not-seen-for-long'] as const).map((rule) => ({
    organisation: ORGANISATION,
    device,
    rule,
    subject: 'device',
    clause: '5.3',
    check_name: 'contact',
    verdict: percent(3) ? 'fail' : 'pass',
    reason: null,
    severity: 'low',
    policy_version: '2026.1',
    since: NOW - below(60) * DAY_MS,
    observed: '{"days":14}',
  }));

/** Devices with what the register says, what holds on them now and what they told last; the one with most findings first. */
export async function insertDevices(tx: Tx): Promise<readonly CouncilDevice[]> {
  const rolled = dice(1);
  const enrolledCount = Math.ceil(SIZES.devices * 0.97);
  const counts = shares(enrolledCount);
  const devices = Array.from({ length: SIZES.devices }, (_, number): CouncilDevice => {
    const id = `device-${String(number).padStart(7, '0')}`;
    return { id, tag: tagOf(number), enrolled: number < enrolledCount, findings: counts[number] ?? 0 };
  });
  await insertAll(
    tx,
    'devices',
    devices.map((device, number) => deviceRow(device, number, rolled)),
  );
  const enrolled = devices.filter((device) => device.enrolled);
  await insertAll(tx, 'heads', enrolled.map(headOf));
  await insertAll(
    tx,
    'states',
    enrolled.flatMap(({ id }) => statesOf(id, rolled)),
  );
  await insertAll(
    tx,
    'judged_states',
    enrolled.flatMap(({ id }) => judgedOf(id, rolled)),
  );
  await insertAll(
    tx,
    'facts',
    enrolled.flatMap(({ id }, number) => factRows(id, number)),
  );
  return devices;
}
