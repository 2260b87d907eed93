/** One restriction of a device, or one thing that it is to do once (shared/wire/desired-state.ts). */
export interface DeviceOrderTable {
  organisation: string;
  device: string;
  id: string;
  /** Of which id the release code is made: the same of all that was ordered of a device at once; null of what has none. */
  act: string | null;
  kind: string;
  /** When it lapses by itself; null where only lifting ends it. */
  until: number | null;
  notice: string | null;
  telephone: string | null;
  /** JSON array of what `isolate` leaves reachable; null for nothing. */
  allow: string | null;
  /** Of a message. */
  text: string | null;
  /** Of the release code; the code itself is nowhere. */
  salt: string | null;
  hash: string | null;
  ordered_by: string;
  ordered_at: number;
  reason: string;
  /** Its reference. */
  breach: string | null;
  /** The id of the person whose access is withdrawn by it (the register of people); null of what somebody ordered by itself. */
  withdrawn_from: string | null;
  /** The version of the desired state with which it came. */
  since_version: number;
  /** The one from which it is in the device's document no longer; null while it is. */
  dropped_version: number | null;
  lifted_by: string | null;
  lifted_at: number | null;
  lift_reason: string | null;
  /** What the device itself reported last, of which generation, and when that was received; null before. */
  effect: string | null;
  effect_at: number | null;
  observed: string | null;
  effect_received_at: number | null;
  effect_generation: number | null;
}

/** Each change of an effect, as the device reported it. */
export interface DeviceOrderEffectTable {
  organisation: string;
  device: string;
  order_id: string;
  sequence: number;
  generation: number;
  effect: string;
  at: number;
  observed: string;
  received_at: number;
}

/** Why a device refused documents: one row for each reason. */
export interface DeviceRefusalTable {
  organisation: string;
  device: string;
  reason: string;
  first_at: number;
  last_at: number;
}

/** ICT pauses collection, notices and orders; it ends by itself at `until` at the latest. */
export interface PauseTable {
  organisation: string;
  id: string;
  /** `device`, `group` or `all`. */
  scope: string;
  /** The id of the one device, or the name of the group; null for every other scope. */
  device: string | null;
  group_name: string | null;
  since: number;
  until: number;
  reason: string;
  begun_by: string;
  /** When somebody ended it before its time, who, and why. */
  ended_at: number | null;
  ended_by: string | null;
  end_reason: string | null;
}

export interface OrderTables {
  pauses: PauseTable;
  device_orders: DeviceOrderTable;
  device_order_effects: DeviceOrderEffectTable;
  device_refusals: DeviceRefusalTable;
}
