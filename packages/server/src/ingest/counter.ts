import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { endOfKey, type Untimely } from './refusals.ts';
import { type DeviceKey, lockHead, type LockedDevice, moveHead } from './store.ts';

export type Taken<T> = Untimely | { readonly kind: 'taken'; readonly result: T };

/**
 * Takes the counter of a request whose signature has been verified, and does its work, in one transaction that holds the
 * device's head: both happen, or neither does. A repeat, and a key that has been replaced, are refused.
 */
export const takeCounter = <T>(
  db: Db,
  key: DeviceKey,
  counter: number,
  work: (tx: Tx, device: LockedDevice) => Promise<T>,
): Promise<Taken<T>> =>
  inTransaction(db, async (tx) => {
    const device = await lockHead(tx, key);
    const end = device === undefined ? 'superseded' : endOfKey(device, key.generation);
    if (device === undefined || end === 'superseded') return { kind: 'superseded' };
    // It is told what to hold to where it checks in.
    if (end === 'left-service') return { kind: 'left-service', documents: [] };
    if (counter <= device.counter) return { kind: 'counter-too-low', lastCounter: device.counter };
    const result = await work(tx, device);
    await moveHead(tx, key, { sequence: device.sequence, link: device.link, counter });
    return { kind: 'taken', result };
  });
