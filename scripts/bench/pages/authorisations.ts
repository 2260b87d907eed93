import type { Insertable } from 'kysely';
import { NOTHING_YET } from '../../../packages/server/src/authorisations/store.ts';
import type { Tx } from '../../../packages/server/src/db/database.ts';
import { referenceOf } from '../../../packages/server/src/db/references.ts';
import type { AuthorisationTable } from '../../../packages/server/src/db/schema-authorisations.ts';
import { newId } from '../../../packages/server/src/ids.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import type { CouncilDevice } from './devices.ts';
import { type Dice, dice, randomOf } from './dice.ts';
import { insertAll } from './insert.ts';
import { nameOf } from './people.ts';
import { DAY_MS, NOW, SIZES, YEAR_MS } from './sizes.ts';

const organisation = ORGANISATION;
const KINDS = ['emergency-plan-stick', 'paper-at-home', 'software-install', 'remote-working', 'overseas'] as const;
const INCIDENTS = 5;
const INCIDENT = referenceOf('incidents', '2026', 1);

const PAPER = {
  recordType: 'Case files',
  classification: 'OFFICIAL',
  quantity: '2 folders',
  copies: 'copy',
  storage: 'In a locked drawer.',
  transport: 'In a locked bag.',
};

type Authorisation = Insertable<AuthorisationTable>;
interface Made {
  readonly row: Authorisation;
  readonly keys: readonly string[];
}

function decidedOf(at: number, { fraction }: Dice): Partial<Authorisation> {
  const drawn = fraction();
  if (drawn < 0.05) return {};
  const decided = { decided_at: at + DAY_MS, decided_by: 'Una Officer', decided_role: 'siro', version: 2 };
  if (drawn < 0.85) return { ...decided, status: 'approved' };
  if (drawn < 0.95) return { ...decided, status: 'refused', decision_reason: 'One is enough.' };
  const revoked = { revoked_at: at + 9 * DAY_MS, revoked_by: 'Una Officer', revoked_reason: 'No longer needed.' };
  return { ...decided, ...revoked, status: 'revoked' };
}

function subjectOf(devices: readonly CouncilDevice[], rolled: Dice) {
  const device = rolled.of(devices);
  const name = nameOf(rolled.below(SIZES.people));
  return rolled.percent(60)
    ? { subject: { person: name }, keys: [`person:${name.toLowerCase()}`] }
    : { subject: { devices: [device.tag] }, keys: [`device:${device.id}`] };
}

function made(number: number, devices: readonly CouncilDevice[], rolled: Dice): Made {
  const at = Math.floor(NOW - YEAR_MS + (number * YEAR_MS) / SIZES.authorisations);
  const kind = rolled.of(KINDS);
  const { subject, keys } = subjectOf(devices, rolled);
  const row: Authorisation = {
    ...NOTHING_YET,
    organisation,
    id: newId(at, randomOf(rolled)),
    ref: referenceOf('authorisations', '2026', number + 1),
    kind,
    clauses: '["5.9"]',
    subject: JSON.stringify(subject),
    scope: '{}',
    purpose: 'To carry the Emergency Plan to the rest centre.',
    risks: 'It can be lost, or read by whoever finds it.',
    accepted_at: at,
    accepted_by: 'Sam Rivers',
    acceptance_recorded_by: null,
    requested_at: at,
    requested_by: nameOf(rolled.below(SIZES.people)),
    requested_role: 'worker',
    request_key: null,
    demanded_role: 'information-security-team-leader',
    valid_from: at,
    valid_to: at + rolled.of([30, 90, 365]) * DAY_MS,
    review_at: at + 30 * DAY_MS,
    incident: rolled.percent(5) ? INCIDENT : null,
    safety_review: null,
    paper: kind === 'paper-at-home' ? JSON.stringify(PAPER) : null,
    ...decidedOf(at, rolled),
    paper_outcome: kind === 'paper-at-home' && rolled.percent(90) ? 'returned' : null,
  };
  return { row, keys };
}

const eventRows = ({ row }: Made) =>
  ['requested', 'accepted', ...(row.status === 'requested' ? [] : [row.status])].map((type, index) => ({
    organisation,
    authorisation: row.id,
    sequence: index + 1,
    at: row.requested_at,
    actor: row.requested_by,
    type,
    detail: '{}',
  }));

const subjectRows = ({ row, keys }: Made) =>
  keys.map((subject_key) => ({ organisation, subject_key, authorisation: row.id }));
const takerRows = ({ row, keys }: Made) =>
  keys.map((taker_key) => ({ organisation, taker_key, authorisation: row.id }));

const incidentRow = (_: unknown, number: number) => ({
  organisation,
  id: `incident-${number}`,
  ref: referenceOf('incidents', '2026', number + 1),
  title: 'Flood at the Forum',
  description: 'The offices are closed.',
  populations: null,
  declared_at: NOW - (30 + number) * DAY_MS,
  declared_by: 'Una Officer',
  declared_role: 'siro',
  ended_at: number === 0 ? null : NOW - 20 * DAY_MS,
  ended_by: number === 0 ? null : 'Una Officer',
  end_reason: number === 0 ? null : 'It has gone down.',
});

/** Authorisations of a year with their history, and the incidents that some hang on. */
export async function insertAuthorisations(tx: Tx, devices: readonly CouncilDevice[]): Promise<void> {
  const rolled = dice(6);
  const all = Array.from({ length: SIZES.authorisations }, (_, number) => made(number, devices, rolled));
  await insertAll(
    tx,
    'authorisations',
    all.map(({ row }) => row),
  );
  await insertAll(tx, 'authorisation_events', all.flatMap(eventRows));
  await insertAll(tx, 'authorisation_subjects', all.flatMap(subjectRows));
  const approved = all.filter(({ row }) => row.status === 'approved' || row.status === 'revoked');
  await insertAll(tx, 'authorisation_takers', approved.flatMap(takerRows));
  await insertAll(tx, 'incidents', Array.from({ length: INCIDENTS }, incidentRow));
}
