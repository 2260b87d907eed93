import type { LocalTime } from './calendar.ts';
import { goHome, use, wakeUp } from './life.ts';
import { by } from './planted.ts';
import { type Life, settle, type Stage } from './stage.ts';

const isWithin = (at: number, span: readonly [number, number] | undefined) =>
  span !== undefined && at >= span[0] && at < span[1];

function isUsed({ today, planted }: Life, at: number, { hour, day }: LocalTime): boolean {
  if (planted?.silentFrom !== undefined && at >= planted.silentFrom) return false;
  if (planted?.lateOn === day && hour < 3) return true;
  return today !== undefined && hour >= today.from && hour < today.to;
}

const LOOK_EVERY_MS = 6 * 3_600_000;

/** Half an hour of one device. */
export async function live(life: Life, now: LocalTime, { world, council, tally }: Stage): Promise<void> {
  const { member, device, dice, planted } = life;
  const at = world.time;
  const isNow = planted?.at === at;
  if (isNow && planted.by === 'report')
    await by(council, 'worker', member.holder ?? '', '/api/v1/breaches', {
      title: 'A laptop is lost',
      description: 'I left it on the train to Tring.',
      device: member.assetTag,
    });
  const isOn = isUsed(life, at, now);
  if (!isOn && life.isOn) goHome(member, device.machine, dice);
  const isFirst = isOn && !life.isOn;
  life.isOn = isOn;
  if (!isOn) return;
  const today = life.today ?? { from: 0, to: 3, where: 'home' };
  if (isFirst) wakeUp(member, device.machine, today.where, at, dice);
  const isNew =
    member.habit === 'planted'
      ? at - device.machine.signaturesAt > 86_400_000
      : use(member, device.machine, today, at, dice);
  if (member.habit === 'planted') {
    if (isNew) Object.assign(device.machine, { signaturesAt: at, missing: [] });
    device.machine.present = [];
    if (isNow) planted.act?.(device.machine);
  }
  const isFailing = device.isUnprotected();
  if (isFirst || isNew || isNow || isFailing || at - life.lookedAt >= LOOK_EVERY_MS) {
    await device.cycle();
    life.lookedAt = at;
  }
  if (isWithin(at, planted?.unreachable) || (today.where === 'hotel' && dice.chance(0.3))) return;
  // One that is well says so once a day and not every five minutes: nothing hangs on it.
  if (isFirst || isFailing || device.pending() > 0) await settle(life, tally);
}
