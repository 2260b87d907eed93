import { createHmac, hkdfSync } from 'node:crypto';
import { type Random, releaseCode, releaseHash, type ReleaseHash } from '@beadle/shared';
import { newId } from '../../ids.ts';
import type { ServerKeys } from '../../keys/keys.ts';

const CODE_BYTES = 10;
const SALT_BYTES = 16;

export type CodeKeys = Pick<ServerKeys, 'tokenKey'>;

/** Of the key that is in neither the database nor its backups, for this use alone (RFC 5869). */
const keyOf = ({ tokenKey }: CodeKeys): Buffer =>
  Buffer.from(hkdfSync('sha256', tokenKey, '', 'beadle-release-codes-1', 32));

/**
 * The one-time code by which what was ordered as `act` can be ended on the device with no network. It is made anew each
 * time that it is asked for, so that a copy of the database holds none.
 */
export function codeOf(act: string, keys: CodeKeys): string {
  const made = createHmac('sha256', keyOf(keys)).update(`${act}\n`).digest();
  return releaseCode(made.subarray(0, CODE_BYTES));
}

/** What the device is told of the code, and of what that was made. */
export interface MadeRelease {
  readonly act: string;
  readonly release: ReleaseHash;
}

interface Deps {
  readonly keys: CodeKeys;
  readonly random: Random;
}

/** The hash takes about a third of a second: made before the transaction that uses it, and by no thread of JavaScript. */
export async function makeRelease(at: number, { keys, random }: Deps, act = newId(at, random)): Promise<MadeRelease> {
  return { act, release: await releaseHash(codeOf(act, keys), random.bytes(SALT_BYTES)) };
}
