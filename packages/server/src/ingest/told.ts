import type { CheckInAnswer, Signer } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { keyFor, type ServerKeys, successorOf } from '../keys/keys.ts';
import { documentDue, documentOf } from '../orders/desired-state/document.ts';
import { type IssueDeps, issuePolicy, type Orders } from '../orders/documents.ts';
import type { ReadCheckIn } from './batch.ts';
import type { LockedDevice } from './store.ts';

/** By which key a device is answered, and what it is told of another. */
export function spokenBy(
  keys: ServerKeys,
  named: string | undefined,
): { readonly signer: Signer; readonly told: Pick<CheckInAnswer, 'serverKey'> } {
  const successor = successorOf(keys, named);
  return { signer: keyFor(keys, named).signer, told: successor === undefined ? {} : { serverKey: successor } };
}

/** What a device is to have and does not say that it has: the policy, and its desired state. */
export async function documentsFor(
  tx: Tx,
  device: LockedDevice,
  { header }: ReadCheckIn,
  orders: Orders | undefined,
  { signer, now }: IssueDeps,
): Promise<string[]> {
  const desired = await documentDue(tx, device, signer);
  if (orders === undefined) return [...desired];
  return [...(await issuePolicy(tx, device, orders, header.policySerial, { signer, now })), ...desired];
}

/** What it holds to in the end, whatever it says that it has. */
export async function lastDocument(tx: Tx, device: LockedDevice, signer: Signer): Promise<string[]> {
  const document = await documentOf(tx, device, signer);
  return document === undefined ? [] : [document];
}
