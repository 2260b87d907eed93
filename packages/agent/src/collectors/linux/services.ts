import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { textOf } from '../answers.ts';

/** By the unit's name without `.service`, whether it runs now. */
export type Services = ReadonlyMap<string, boolean>;

const property = (block: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1]?.trim();

/** Blocks of `systemctl show`; a unit that is not installed is told as inactive, which it is. */
export const readServices = (result: SourceResult | undefined): Known<Services> =>
  mapKnown(textOf(result), (text) => {
    const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== '');
    const units = blocks.map((block) => [property(block, 'Id'), property(block, 'ActiveState')] as const);
    const isWhole = units.length > 0 && units.every(([id, state]) => id !== undefined && state !== undefined);
    if (!isWhole) return unknown('not-understood', 'not the states of services');
    return known(new Map(units.map(([id = '', state]) => [id.replace(/\.service$/, ''), state === 'active'])));
  });

export const isActive = (services: Services, ...names: readonly string[]): boolean =>
  names.some((name) => services.get(name) === true);
