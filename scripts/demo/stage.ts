import type { Dice } from '../simulated/dice.ts';
import type { Device } from '../simulated/device.ts';
import type { World } from '../simulated/clock.ts';
import type { Member } from './fleet.ts';
import type { Machine } from './machine.ts';
import type { DemoServer } from './server.ts';
import type { Timeline } from './timeline.ts';

/** One device with whoever uses it. */
export interface Life {
  readonly member: Member;
  readonly machine: Machine;
  readonly dice: Dice;
  /** There once it is enrolled. */
  device: Device | undefined;
  /** Lost, or in a cupboard: it calls no more. */
  isSilent: boolean;
  /** Where its calls come from: an address of the country. */
  address: string;
}

export interface Stage {
  readonly world: World;
  readonly server: DemoServer;
  readonly timeline: Timeline;
  readonly lives: readonly Life[];
  /** The policy file that the council has adopted. */
  readonly policy: string;
  readonly start: number;
  /** Now: where the history ends. */
  readonly end: number;
  /** References of breaches that have a story of their own, which the officer's everyday work leaves alone. */
  readonly ownStories: Set<string>;
  /** The officer looks at what has come in. */
  look: () => Promise<void>;
}

/** A moment by how much of the history lies before it: 0 is its beginning, 1 is now. */
export const momentAt = ({ start, end }: Pick<Stage, 'start' | 'end'>, share: number): number =>
  Math.round(start + (end - start) * share);

/** What the server does by itself, and whoever looks at what came of it. */
export async function round({ server, look }: Pick<Stage, 'server' | 'look'>): Promise<void> {
  await server.work();
  await look();
}
