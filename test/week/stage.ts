import type { Dice } from '../simulation/dice.ts';
import type { World } from '../support/clock.ts';
import type { Council } from '../support/council.ts';
import type { Device } from './device.ts';
import type { Member } from './fleet.ts';
import type { Day } from './life.ts';
import type { PLANTED } from './planted.ts';

/** One device with whoever uses it. */
export interface Life {
  readonly member: Member;
  readonly device: Device;
  readonly dice: Dice;
  readonly planted: (typeof PLANTED)[number] | undefined;
  today: Day | undefined;
  isOn: boolean;
  lookedAt: number;
}

export interface Stage {
  readonly world: World;
  readonly council: Council;
  readonly lives: readonly Life[];
  /** Of the day that is going on. */
  readonly tally: { devices: Set<string>; checkIns: number };
}

export async function ask(council: Council, ...request: Parameters<Council['ask']>): Promise<unknown> {
  const { status, body } = await council.ask(...request);
  if (status >= 300) throw new Error(`${request[1]}: ${JSON.stringify(body)}`);
  return body;
}

export async function settle({ device, member }: Life, tally: Stage['tally']): Promise<void> {
  tally.devices.add(member.assetTag);
  tally.checkIns += await device.checkIn();
  // What came with the answer is judged by at once.
  if (!device.hasNews()) return;
  await device.cycle();
  if (device.pending() > 0) tally.checkIns += await device.checkIn();
}

/** The server was there until then, as it would have noted every quarter of an hour. */
export const noteUptime = async (council: Council, until: number): Promise<void> =>
  void (await council.db().updateTable('uptime').set({ last_beat_at: until }).execute());
