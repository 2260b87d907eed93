import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type DesiredState,
  DESIRED_STATE_TYPE,
  type EffectsReport,
  iso,
  publicJwkOf,
  RESTRICTIONS,
  type Restriction,
  type RestrictionKind,
  signDocument,
  signerOf,
  verifyingKeyOf,
} from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { pino } from 'pino';
import { createWorld } from '../../../../test/support/clock.ts';
import { createOrderService } from '../../src/orders/service.ts';
import { createMeta } from '../../src/outbox/meta.ts';
import { createTables } from '../../src/outbox/store.ts';
import type { Means, Notice, Observed, Restrictor, Shown } from '../../src/restrictions/means.ts';
import { createServerTime } from '../../src/uplink/server-time.ts';

export const DEVICE = 'device-1';
export const serverKey = generateKeyPairSync('ed25519').privateKey;
export const otherKey = generateKeyPairSync('ed25519').privateKey;

export const restriction = (id: string, kind: RestrictionKind, more: Partial<Restriction> = {}): Restriction => ({
  id,
  kind,
  until: null,
  notice: null,
  telephone: null,
  release: null,
  ...more,
});

export function sign(state: Partial<DesiredState> & { version: number }, key: KeyObject = serverKey): string {
  const whole = { device: DEVICE, issuedAt: iso(state.version), restrictions: [], oneOffs: [], ...state };
  return signDocument(whole, DESIRED_STATE_TYPE, signerOf(key));
}

/** A machine on which each kind is in force or not, and which says so; a test has it fail or undoes what it did. */
export function createMadeUp() {
  const force = new Map<RestrictionKind, readonly string[]>();
  const shown: Notice[] = [];
  const state = { fails: new Set<RestrictionKind>(), show: { kind: 'shown', observed: 'seen' } as Shown, holds: 0 };
  const meansOf = (kind: RestrictionKind): Means => ({
    hold(all): Promise<Observed> {
      state.holds += 1;
      if (state.fails.has(kind)) return Promise.resolve({ effect: 'failed', observed: 'it would not' });
      force.set(
        kind,
        all.map(({ id }) => id),
      );
      return Promise.resolve({ effect: 'in-force', observed: `${kind} holds` });
    },
    lift(): Promise<Observed> {
      if (state.fails.has(kind)) return Promise.resolve({ effect: 'failed', observed: 'it would not go' });
      force.delete(kind);
      return Promise.resolve({ effect: 'lifted', observed: `${kind} is gone` });
    },
  });
  const restrictor: Restrictor = {
    means: Object.fromEntries(RESTRICTIONS.map((kind) => [kind, meansOf(kind)])) as Restrictor['means'],
    show(notice) {
      if (state.show.kind === 'shown') shown.push(notice);
      return Promise.resolve(state.show);
    },
  };
  return { restrictor, force, shown, state };
}

/** A device with the real keeper, engine, book and codes, on a store in memory; `restart` ends the process and begins another. */
export function createOrderedDevice() {
  const world = createWorld();
  const clock = { skew: 0, started: world.time };
  const sql = new SQLite(':memory:');
  createTables(sql);
  const machine = createMadeUp();
  const counts = { resent: 0, refused: 0 };
  const jwk = publicJwkOf(serverKey);
  const enrolment = {
    device: DEVICE,
    assetTag: 'A',
    generation: 1,
    organisation: 'O',
    protocol: 1,
    enrolledAt: iso(world.time),
    server: 'http://127.0.0.1:1',
    serverKey: jwk,
  };
  function begin() {
    clock.started = world.time;
    const own = { now: () => world.time + clock.skew, monotonic: () => world.time - clock.started };
    const serverTime = createServerTime(own, createMeta(sql));
    const service = createOrderService({
      data: '/nonexistent',
      sql,
      identity: { enrolment, serverKey: verifyingKeyOf(jwk) },
      clock: own,
      serverTime,
      log: pino({ level: 'silent' }),
      restrictor: machine.restrictor,
      resend: () => (counts.resent += 1),
      noted: () => undefined,
      refused: () => (counts.refused += 1),
      pauseChanged: () => undefined,
    });
    return { service, serverTime };
  }
  let running = begin();
  return {
    world,
    clock,
    sql,
    machine,
    counts,
    get service() {
      return running.service;
    },
    /** The server tells the true time in an answer. */
    hearTime: () => running.serverTime.heard(world.time, world.time - clock.started),
    restart(): void {
      running = begin();
    },
    /** Takes documents and sees to them, as the running agent does. */
    async take(...documents: readonly string[]): Promise<void> {
      running.service.accept(documents);
      await running.service.orders.settle();
    },
    settle: () => running.service.orders.settle(),
    reports,
    /** All that waits for the server, as one list; acknowledges it. */
    tell() {
      const told = reports();
      return {
        effects: told.flatMap(({ effects }) => effects.map(({ id, effect }) => `${id} ${effect}`)),
        refused: told.flatMap(({ refused }) => refused),
      };
    },
  };
  /** All that waits for the server, each acknowledged. */
  function reports() {
    const told: EffectsReport[] = [];
    for (let one = next(); one !== undefined; one = next()) {
      told.push(one.report);
      running.service.effects.acknowledged(one);
    }
    return told;
  }
  function next() {
    return running.service.effects.next(running.service.keeper.version());
  }
}
