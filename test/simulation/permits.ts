import { iso } from '@beadle/shared';
import type { Caller } from '../../packages/server/src/access.ts';
import {
  approveAuthorisation,
  refuseAuthorisation,
  revokeAuthorisation,
} from '../../packages/server/src/authorisations/decide.ts';
import { declareIncident, endIncident } from '../../packages/server/src/authorisations/incidents.ts';
import { requestAuthorisation } from '../../packages/server/src/authorisations/request.ts';
import { Problem } from '../../packages/server/src/errors.ts';
import type { Dice } from './dice.ts';
import { KINDS, RULES } from './policies.ts';
import { OFFICER } from './server.ts';
import type { Device, Simulation } from './simulation.ts';
import { must } from './violation.ts';

const HOUR = 3_600_000;

const SIRO: Caller = { ...OFFICER, role: 'siro', name: 'siro' };
const ADMIN: Caller = { ...OFFICER, role: 'ict-administrator', name: 'admin' };
const MANAGER: Caller = { ...OFFICER, role: 'assistant-director', name: 'director' };
const DEPUTY: Caller = { ...ADMIN, name: 'another admin' };
const PEOPLE = [OFFICER, SIRO, ADMIN, DEPUTY, MANAGER];

/** What people do here fits what they see; what they are refused all the same is refused with a reason of these. */
const REFUSALS = new Set(['authorisation-incomplete', 'conflict', 'not-permitted']);

/** Does what a person asks for. False where it was refused, or where the server's disk failed. */
async function ask(simulation: Simulation, work: () => Promise<unknown>): Promise<boolean> {
  let isTaken = true;
  const isDone = await simulation.withServer(async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
      isTaken = false;
      simulation.world.count(`refused: ${error.code}`);
    }
  });
  return isDone && isTaken;
}

function scopeOf({ agent }: Device, kind: string, dice: Dice) {
  const { machine, assetTag } = agent;
  const rules = dice.chance(0.3)
    ? { rules: [kind === KINDS.STICK ? RULES.STICKS : dice.pick([RULES.ENCRYPTION, RULES.GRACE])] }
    : {};
  if (kind !== KINDS.STICK) return rules;
  // Those that come next, but for one that nobody has named.
  const next = machine.plugs.length;
  const sticks = [0, 1, 2, 3, 4].filter((ahead) => ahead !== 2).map((ahead) => `${assetTag}-${next + ahead}`);
  return { ...rules, sticks, ...(dice.chance(0.3) ? { encryptedOnly: true } : {}) };
}

/** Somebody asks for an authorisation, which another decides at once, or later. */
export async function request(simulation: Simulation, device: Device): Promise<void> {
  const { dice, observer, server } = simulation;
  const kind = dice.pick([KINDS.STICK, KINDS.STICK, KINDS.BUILD]);
  const now = server.acting.now;
  const from = now + (dice.below(3) - 1) * HOUR;
  const open = observer.incidents().filter(({ ended_at }) => ended_at === null);
  const hangsOn = open.length > 0 && dice.chance(0.7) ? { incident: dice.pick(open).ref } : {};
  const subject = dice.chance(0.8) ? { devices: [device.agent.assetTag] } : { group: groupOf(device.agent.assetTag) };
  const asked = {
    kind,
    subject,
    scope: scopeOf(device, kind, dice),
    purpose: 'to be tried',
    risks: 'that it fails',
    accepted: true,
    validFrom: iso(from),
    validTo: iso(from + (1 + dice.below(dice.pick([3, 8, 60]))) * HOUR),
    ...hangsOn,
  };
  const asker = dice.pick(PEOPLE);
  const isTaken = await ask(simulation, () => requestAuthorisation(asker, asked, server.acting));
  if (isTaken && dice.chance(0.8)) await decide(simulation);
}

/** Whether the asset tag's device is of the group that is asked for by name. */
export const groupOf = (assetTag: string): string => (assetTag.endsWith('1') ? 'odd' : 'even');

/** Whoever asked tries to approve it themselves, and another does. */
export async function decide(simulation: Simulation): Promise<void> {
  const { observer, dice, server } = simulation;
  const row = observer.authorisations().findLast(({ status }) => status === 'requested');
  if (row === undefined) return;
  const asker = PEOPLE.find(({ name }) => name === row.requested_by);
  must(asker !== undefined, `${row.requested_by} asked`);
  if (dice.chance(0.3)) {
    const isTaken = await ask(simulation, () => approveAuthorisation(asker, row.ref, {}, server.acting));
    must(!isTaken, `${row.ref} was approved by ${row.requested_by}, who had asked for it`);
  }
  const other = dice.pick(PEOPLE.filter((one) => one !== asker && mayDecide(row.kind, one)));
  const isGiven = dice.chance(0.85);
  const isTaken = await ask(simulation, () =>
    isGiven
      ? approveAuthorisation(other, row.ref, {}, server.acting)
      : refuseAuthorisation(other, row.ref, { reason: 'not needed' }, server.acting),
  );
  if (isTaken) mustBe(simulation, row.ref, isGiven ? 'approved' : 'refused');
}

const mayDecide = (kind: string, { role }: Caller): boolean =>
  kind === KINDS.STICK ? role === 'information-security-team-leader' || role === 'siro' : role === 'ict-administrator';

function mustBe({ observer }: Simulation, ref: string, status: string): void {
  const row = observer.authorisations().find((one) => one.ref === ref);
  must(row?.status === status, `${ref} is ${row?.status}, and should be ${status}`);
}

export async function revoke(simulation: Simulation): Promise<void> {
  const { observer, dice, server } = simulation;
  const { now } = server.acting;
  const held = observer.authorisations().filter(({ status, valid_to }) => status === 'approved' && valid_to > now);
  if (held.length === 0) return;
  const { ref } = dice.pick(held);
  const isTaken = await ask(simulation, () =>
    revokeAuthorisation(SIRO, ref, { reason: 'no longer needed' }, server.acting),
  );
  if (isTaken) mustBe(simulation, ref, 'revoked');
}

/** Declares an incident, or ends one. */
export async function incident(simulation: Simulation): Promise<void> {
  const { observer, dice, server } = simulation;
  const open = observer.incidents().filter(({ ended_at }) => ended_at === null);
  if (open.length === 0) {
    const declared = { title: 'An incident', description: 'Something has happened.', populations: null };
    await ask(simulation, () => declareIncident(MANAGER, declared, server.acting));
    return;
  }
  const { ref } = dice.pick(open);
  const isTaken = await ask(simulation, () => endIncident(MANAGER, ref, 'It is over.', server.acting));
  if (isTaken)
    must(
      observer.incidents().some((one) => one.ref === ref && one.ended_at !== null),
      `${ref} goes on`,
    );
}
