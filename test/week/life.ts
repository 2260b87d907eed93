import type { Dice } from '../simulation/dice.ts';
import { type LocalTime, london } from './calendar.ts';
import type { Member } from './fleet.ts';
import { COUNCIL_QUEUE, type Machine, mediumOf, printOn, queueOf } from './machine.ts';

const OLD_PRINTER = queueOf('Second floor', 'socket://10.20.4.17:9100');
const COURT = queueOf('Court 3', 'ipp://print.hertscourts.example/court3');
const DEPOT = queueOf('Depot', 'socket://172.20.9.5:9100');
export const NEW_COPIER = queueOf('First floor copier', 'socket://10.20.31.8:9100');

const LAST_MONTH = Date.parse('2026-09-08T17:00:00Z');
/** The second Tuesday of October, at ten in the morning at Redmond. */
const THIS_MONTH = Date.parse('2026-10-13T17:00:00Z');
const updateOf = (id: string, releasedAt: number) =>
  ({
    id,
    title: `Cumulative Update for Windows 11 (${id})`,
    severity: 'critical',
    security: true,
    releasedAt,
  }) as const;
const COPIER_COMES = london('2026-10-22T08:00');
const BACK_FROM_LEAVE = '2026-10-26';
/** From this day on others are away: half-term. */
const HALF_TERM = '2026-10-26';

export interface Day {
  /** Of the council's clock. */
  readonly from: number;
  readonly to: number;
  readonly where: 'office' | 'home' | 'hotel';
}

export const homeQueueOf = ({ serial }: Member) =>
  queueOf(`EPSON XP ${serial}`, `ipp://EPSON${serial}.local:631/ipp/print`);

/** As it is on the first day. */
export function moveIn(member: Member, machine: Machine): void {
  const { traits } = member;
  machine.administrators.push({ name: `${machine.serial}\\dbc-laps`, aliases: ['dbc-laps'] });
  if (traits.has('home-queue')) machine.queues.push(homeQueueOf(member));
  if (traits.has('old-printer')) machine.queues.push(OLD_PRINTER);
  if (traits.has('court')) machine.queues.push(COURT);
  if (traits.has('depot')) machine.queues.push(DEPOT);
  if (traits.has('own-administrator')) {
    const name = (member.holder ?? 'somebody').toLowerCase().replaceAll(' ', '.');
    machine.administrators.push({ name: `DACORUM\\${name}`, aliases: [name] });
  }
  if (traits.has('secure-boot-off')) machine.secureBoot = false;
  if (traits.has('firewall-off')) machine.firewall = false;
  if (traits.has('not-encrypted')) machine.encryption = 'off';
  if (traits.has('stuck-update')) machine.missing.push(updateOf('KB5043076', LAST_MONTH));
}

/** When and where a device is used on a day; undefined where it is not. */
export function dayOf({ habit, kind }: Member, { day, dayOfWeek }: LocalTime, dice: Dice): Day | undefined {
  const isWeekend = dayOfWeek > 5;
  const from = 7.5 + dice.below(5) / 2;
  const whereabouts = dice.fraction();
  const where = kind === 'desktop' || whereabouts < 0.4 ? 'office' : whereabouts < 0.96 ? 'home' : 'hotel';
  const works = dice.fraction();
  const until = from + 6 + dice.below(5) / 2;
  switch (habit) {
    case 'planted':
      return { from: 8, to: 20, where: 'home' };
    case 'cupboard':
    case 'in-store':
    case 'in-repair':
      return undefined;
    case 'councillor':
      return works < (isWeekend ? 0.3 : 0.5) ? { from: 18, to: 21.5, where: 'home' } : undefined;
    case 'pool':
      return !isWeekend && works < 0.6 ? { from, to: until, where: 'office' } : undefined;
    case 'on-leave':
    case 'long-away':
      return day >= BACK_FROM_LEAVE && !isWeekend && works < 0.95 ? { from, to: until, where } : undefined;
    case 'person': {
      const share = isWeekend ? 0.05 : day >= HALF_TERM ? 0.8 : 0.92;
      return works < share ? { from, to: until, where } : undefined;
    }
  }
}

/** What has come to be while the device was off, and as it is switched on. */
export function wakeUp(member: Member, machine: Machine, where: Day['where'], at: number, dice: Dice): void {
  machine.onCouncilNetwork = where === 'office' ? true : where === 'home' ? false : 'location-unknown';
  if (at > THIS_MONTH && !machine.missing.some(({ id }) => id === 'KB5066835') && machine.listsAt <= THIS_MONTH)
    machine.missing.push(updateOf('KB5066835', THIS_MONTH));
  machine.listsAt = at;
  if (dice.chance(0.85)) machine.signaturesAt = at;
  if (machine.encryption === 'suspended') machine.encryption = 'on';
  // A printer at home that adds itself: nothing has been printed on it.
  const home = homeQueueOf(member);
  if (where === 'home' && dice.chance(0.08) && !machine.queues.some(({ name }) => name === home.name))
    machine.queues.push(home);
}

/** Half an hour of use. True where there is something to see that was not there before. */
export function use(member: Member, machine: Machine, { where }: Day, at: number, dice: Dice): boolean {
  let isNew = false;
  const had = machine.present.length;
  // Telephones that charge; docks, clickers and card readers without a card are no media.
  machine.present = dice.chance(0.01) ? [mediumOf(`R58N${member.serial}`, 'phone')] : [];
  isNew ||= machine.present.length !== had;
  // What is printed in the office is seen at the next look.
  if (dice.chance(0.04))
    printOn(machine, where === 'office' ? dice.pick(councilQueues(member, at)) : COUNCIL_QUEUE, at);
  if (at - machine.signaturesAt > 86_400_000 && dice.chance(0.6)) {
    machine.signaturesAt = at;
    isNew = true;
  }
  const stuck = member.traits.has('stuck-update');
  if (machine.missing.length > 0 && dice.chance(0.06)) {
    machine.missing = machine.missing.filter(({ id }) => stuck && id === 'KB5043076');
    machine.restartRequired = true;
    isNew = true;
  }
  if (machine.encryption === 'on' && dice.chance(0.0005)) {
    // A firmware update, until the next restart.
    machine.encryption = 'suspended';
    machine.restartRequired = true;
    isNew = true;
  }
  return isNew;
}

const councilQueues = ({ traits }: Member, at: number) => [
  COUNCIL_QUEUE,
  ...(traits.has('old-printer') ? [OLD_PRINTER] : []),
  ...(traits.has('court') ? [COURT] : []),
  ...(traits.has('depot') ? [DEPOT] : []),
  ...(traits.has('new-copier') && at >= COPIER_COMES ? [NEW_COPIER, NEW_COPIER] : []),
];

/** In the evening most are shut down, which is a restart; some only sleep. */
export function goHome({ traits }: Member, machine: Machine, dice: Dice): void {
  machine.present = [];
  if (dice.chance(0.6) && !traits.has('never-restarts')) machine.restartRequired = false;
}
