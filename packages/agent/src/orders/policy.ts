import {
  type Authorisation,
  type DocumentRefusal,
  openPolicy,
  policiesIn,
  policyAt,
  POLICY_TYPE,
  type PolicyDocument,
  type PolicyForDevice,
  type PolicyInTime,
} from '@beadle/shared';
import type { Logger } from 'pino';
import type { Identity, KnownServer } from '../identity/identity.ts';
import { keyOfKept } from '../identity/server-key.ts';
import type { Sql } from '../outbox/store.ts';

/**
 * The policy document on this device, or why it does not hold; undefined where there is none. It is verified each time:
 * what is on the disk has no authority of its own.
 */
export function readKeptPolicy(
  sql: Sql,
  server: KnownServer,
  now: number,
): PolicyForDevice | DocumentRefusal | undefined {
  const stored = sql.prepare<[string], { jws: string }>('select jws from documents where type = ?').get(POLICY_TYPE);
  if (stored === undefined) return undefined;
  const { device } = server.enrolment;
  return openPolicy(stored.jws, keyOfKept(server, stored.jws), { device, atLeast: 0, now });
}

/** What a device is told to hold to; nothing of it where there is no document, or where its end has come. */
function ordersIn(document: () => PolicyForDevice | undefined, now: () => number) {
  const current = (): PolicyForDevice | undefined => {
    const kept = document();
    return kept !== undefined && Date.parse(kept.endsAt) > now() ? kept : undefined;
  };
  const versions = (): readonly PolicyInTime[] => {
    const holding = current();
    return holding === undefined ? [] : policiesIn(holding);
  };
  return {
    current,
    versions,
    /** The version that holds now. */
    inForce: (): PolicyDocument | undefined => policyAt(versions(), now()),
    authorisations: (): readonly Authorisation[] => current()?.authorisations ?? [],
  };
}

export interface PolicyKeeperOptions {
  readonly sql: Sql;
  readonly identity: Identity;
  readonly now: () => number;
  readonly log: Logger;
}

/** Keeps the newest policy document that the pinned server has signed for this device. */
export function createPolicyKeeper({ sql, identity, now, log }: PolicyKeeperOptions) {
  const write = sql.prepare(
    `insert into documents (type, jws, serial) values (?, ?, ?)
     on conflict (type) do update set jws = excluded.jws, serial = excluded.serial`,
  );
  const open = (jws: string, atLeast: number) =>
    openPolicy(jws, identity.serverKey, { device: identity.enrolment.device, atLeast, now: now() });
  let current: PolicyForDevice | undefined;

  function load(): void {
    const opened = readKeptPolicy(sql, identity, now());
    if (typeof opened === 'string')
      log.warn({ refusal: opened }, 'the policy on this device does not hold: a new one is needed');
    current = typeof opened === 'object' ? opened : undefined;
  }
  load();

  return {
    ...ordersIn(() => current, now),
    serial: () => current?.serial ?? 0,
    /** Takes documents from the server; true where the policy has changed. A refused one is logged and left. */
    accept(documents: readonly string[]): boolean {
      let changed = false;
      for (const jws of documents) {
        const opened = open(jws, (current?.serial ?? 0) + 1);
        if (typeof opened === 'string') {
          log.warn({ refusal: opened }, 'a policy document was refused');
          continue;
        }
        write.run(POLICY_TYPE, jws, opened.serial);
        current = opened;
        changed = true;
      }
      return changed;
    },
  };
}

export type PolicyKeeper = ReturnType<typeof createPolicyKeeper>;
