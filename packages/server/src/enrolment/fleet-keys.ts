import { iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { FleetKeyRow } from './store.ts';

const orNull = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()]);

export const FLEET_KEY_STATES = ['live', 'used-up', 'ended', 'revoked'] as const;
export type FleetKeyState = (typeof FLEET_KEY_STATES)[number];

/** A fleet key without its text, which is given once. */
export const FleetKey = Type.Object({
  id: Type.String(),
  name: orNull(Type.String()),
  state: Type.Enum([...FLEET_KEY_STATES]),
  uses: Type.Union([Type.Integer({ description: 'devices that it may enrol in all' }), Type.Null()]),
  usesLeft: Type.Integer(),
  createdAt: Type.String(),
  createdBy: Type.String(),
  expiresAt: Type.String(),
  revokedAt: orNull(Type.String()),
  revokedBy: orNull(Type.String()),
});
export type FleetKey = Static<typeof FleetKey>;

type Standing = Pick<FleetKeyRow, 'revoked_at' | 'expires_at' | 'uses_left'>;

export function stateOfFleetKey({ revoked_at, expires_at, uses_left }: Standing, now: number): FleetKeyState {
  if (revoked_at !== null) return 'revoked';
  if (expires_at <= now) return 'ended';
  return uses_left > 0 ? 'live' : 'used-up';
}

export const presentFleetKey = (row: FleetKeyRow, now: number): FleetKey => ({
  id: row.id,
  name: row.name,
  state: stateOfFleetKey(row, now),
  uses: row.uses,
  usesLeft: row.uses_left,
  createdAt: iso(row.created_at),
  createdBy: row.created_by,
  expiresAt: iso(row.expires_at),
  revokedAt: isoOrNull(row.revoked_at),
  revokedBy: row.revoked_by,
});
