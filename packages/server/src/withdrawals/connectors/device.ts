import type { Clock, Random, RestrictionKind } from '@beadle/shared';
import type { Db } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { newId } from '../../ids.ts';
import type { Announce } from '../../orders/desired-state/announce.ts';
import { liftRestrictions, orderRestrictions } from '../../orders/desired-state/change.ts';
import { type CodeKeys, makeRelease } from '../../orders/desired-state/codes.ts';
import type { Connector, Found, Kept, Proof, Subject } from '../connector.ts';
import { enrolledDevicesOf, idIn, ordersOf, refuseExhibit } from './device-orders.ts';
import { type Target, targetsIn } from './device-targets.ts';
import { noDevice, readingOf } from './device-readings.ts';

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

/** What an earlier call ordered and nobody has lifted is not ordered twice; what was lifted is ordered anew, under new ids. */
async function withdraw(deps: DeviceConnectorDeps, subject: Subject, before: Kept, signal: AbortSignal): Promise<void> {
  const { db, clock, announce, notice, telephone } = deps;
  const { organisation, person } = subject;
  const reason = 'Access to the council’s facilities has been withdrawn.';
  const behind = { by: 'beadle', reason, breach: null, withdrawnFrom: person };
  for (const target of targetsIn(before)) {
    signal.throwIfAborted();
    const of = { organisation, device: target.device };
    const own = await ordersOf(db, subject, target);
    if (own.some(({ lifted_at: lifted }) => lifted === null) || target.restrictions.length === 0) continue;
    await refuseExhibit(db, organisation, target);
    const round = own.length / target.restrictions.length + 1;
    const now = clock.now();
    const made = await makeRelease(now, deps, idIn(round, target.act));
    const orders = target.restrictions.map(({ id, kind }) => {
      const restriction = { id: idIn(round, id), kind, until: null, notice, telephone };
      return { ...restriction, ...made };
    });
    await inTransaction(db, (tx) => orderRestrictions(tx, of, behind, orders, { now, announce }));
  }
}

async function restore({ db, clock, announce }: DeviceConnectorDeps, subject: Subject, before: Kept) {
  const by = { by: 'beadle', reason: 'Access has been given back.' };
  for (const target of targetsIn(before)) {
    const ids = (await ordersOf(db, subject, target)).filter((row) => row.lifted_at === null).map(({ id }) => id);
    if (ids.length > 0) await refuseExhibit(db, subject.organisation, target);
    const of = { organisation: subject.organisation, device: target.device };
    await inTransaction(db, (tx) => liftRestrictions(tx, of, ids, by, { now: clock.now(), announce }));
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
      const targets = targetsIn(before);
      if (targets.length === 0) return { readings: [noDevice(deps.clock.now())] };
      const readings = targets.map((target) => readingOf(deps, subject, target, expected));
      return { readings: await Promise.all(readings) };
    },
    restore: (subject, _facility, before) => restore(deps, subject, before),
    test: async () => [
      { what: 'Devices hear of orders from this server itself', ok: true, detail: 'There is nothing to set up.' },
    ],
  };
}
