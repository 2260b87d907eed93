import type { Clock, Random, RestrictionKind } from '@beadle/shared';
import type { Db } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { newId } from '../../ids.ts';
import type { Announce } from '../../orders/desired-state/announce.ts';
import { liftRestrictions, orderRestrictions } from '../../orders/desired-state/change.ts';
import { type CodeKeys, makeRelease } from '../../orders/desired-state/codes.ts';
import type { Connector, Found, Kept, Proof, Subject } from '../connector.ts';
import { enrolledDevicesOf, hasOrder } from './device-orders.ts';
import { type Target, targetsIn } from './device-targets.ts';
import { readingOf } from './device-readings.ts';

export interface DeviceConnectorDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: CodeKeys;
  readonly announce: Announce;
  readonly enabled: boolean;
  /** In which order they are shown. */
  readonly restrictions?: readonly RestrictionKind[];
  /** What the worker reads, and whom they call. */
  readonly notice: string;
  readonly telephone: string | null;
}

/** Out of the session, and off the network but for this server. */
const DEFAULT_RESTRICTIONS: readonly RestrictionKind[] = ['lock', 'isolate'];

const WORDS: Readonly<Record<RestrictionKind, string>> = {
  lock: 'Lock',
  'sign-out': 'Sign out',
  isolate: 'Isolate from the network',
  'block-removable-media': 'Block removable media on',
  'lost-mode': 'Mark as lost, and lock,',
};

async function find(deps: DeviceConnectorDeps, { organisation, person }: Subject): Promise<Found> {
  const { db, clock, random, restrictions = DEFAULT_RESTRICTIONS } = deps;
  const id = () => newId(clock.now(), random);
  const devices = (await enrolledDevicesOf(db, organisation, person)).map(
    (device): Target => ({
      device: device.id,
      assetTag: device.asset_tag,
      act: id(),
      restrictions: restrictions.map((kind) => ({ id: id(), kind })),
    }),
  );
  const changes = devices.flatMap(({ assetTag, restrictions: own }) =>
    own.map(({ kind }) => `${WORDS[kind]} ${assetTag} when it is next connected`),
  );
  return { before: { devices }, changes };
}

/** The ids are of `find`, so that whatever an earlier call ordered is not ordered twice. */
async function withdraw(deps: DeviceConnectorDeps, subject: Subject, before: Kept, signal: AbortSignal): Promise<void> {
  const { db, clock, announce, notice, telephone } = deps;
  const behind = {
    by: 'beadle',
    reason: 'Access to the council’s facilities has been withdrawn.',
    breach: null,
    withdrawal: subject.withdrawal ?? null,
  };
  for (const { device, act, restrictions } of targetsIn(before)) {
    signal.throwIfAborted();
    const of = { organisation: subject.organisation, device };
    if (await hasOrder(db, of, restrictions)) continue;
    const now = clock.now();
    const made = await makeRelease(now, deps, act);
    const orders = restrictions.map((one) => ({ ...one, ...made, until: null, notice, telephone }));
    await inTransaction(db, (tx) => orderRestrictions(tx, of, behind, orders, { now, announce }));
  }
}

async function restore({ db, clock, announce }: DeviceConnectorDeps, { organisation }: Subject, before: Kept) {
  const by = { by: 'beadle', reason: 'Access has been given back.' };
  for (const { device, restrictions } of targetsIn(before)) {
    const ids = restrictions.map(({ id }) => id);
    const deps = { now: clock.now(), announce };
    await inTransaction(db, (tx) => liftRestrictions(tx, { organisation, device }, ids, by, deps));
  }
  return { left: [] };
}

/** Withdraws the devices that a person holds (clause 4.7): by orders, whose effect each device reports itself. */
export function createDeviceConnector(deps: DeviceConnectorDeps): Connector {
  return {
    name: 'device',
    facilities: ['device'],
    enabled: deps.enabled,
    find: (subject) => find(deps, subject),
    withdraw: (subject, _facility, before, signal) => withdraw(deps, subject, before, signal),
    prove: async (subject, _facility, before, expected): Promise<Proof> => {
      const readings = targetsIn(before).map((target) => readingOf(deps, subject.organisation, target, expected));
      return { readings: await Promise.all(readings) };
    },
    restore: (subject, _facility, before) => restore(deps, subject, before),
    test: async () => [
      { what: 'Devices hear of orders from this server itself', ok: true, detail: 'There is nothing to set up.' },
    ],
  };
}
