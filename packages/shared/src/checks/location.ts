import Type, { type TSchema } from 'typebox';
import { isKnown } from '../findings/verdict.ts';
import type { DeviceContext } from './check.ts';
import { combineParts, type Part } from './combine.ts';

/** A parameter that may differ on the council's network and off it. */
export type ByLocation<T> = T | { readonly onSite: T; readonly offSite: T };

export const byLocation = <S extends TSchema & { description?: string }>(schema: S) =>
  Type.Union([schema, Type.Object({ onSite: schema, offSite: schema }, { additionalProperties: false })], {
    description: `${schema.description ?? 'a value'}, or { onSite, offSite }`,
  });

/**
 * The part by the value that holds where the device is. Where that is not known both are tried: what passes or fails
 * by either stands, and where they differ nothing is guessed.
 */
export function partAtLocation<T extends string | number>(
  value: ByLocation<T>,
  { onCouncilNetwork }: DeviceContext,
  partFor: (value: T) => Part,
): Part {
  if (typeof value !== 'object') return partFor(value);
  if (isKnown(onCouncilNetwork)) return partFor(onCouncilNetwork.known ? value.onSite : value.offSite);
  const [onSite, offSite] = [partFor(value.onSite), partFor(value.offSite)];
  if (onSite.verdict === offSite.verdict) return combineParts([onSite, offSite]);
  return { ...offSite, verdict: 'unknown', reason: 'location-unknown' };
}
