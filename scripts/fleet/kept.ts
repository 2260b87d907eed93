import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../packages/agent/src/errors.ts';
import type { KeptDevice } from './device.ts';

const fileIn = (folder: string) => join(folder, 'fleet.json');

/** The devices that an earlier run has enrolled with this server. Throws `UsageError` where they are another's. */
export function readKept(folder: string | undefined, server: string): KeptDevice[] {
  if (folder === undefined || !existsSync(fileIn(folder))) return [];
  const devices = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as KeptDevice[];
  const other = devices.find(({ enrolment }) => enrolment.server !== server);
  if (other === undefined) return devices;
  throw new UsageError(`${folder} holds devices of ${other.enrolment.server}: give another folder with --keep.`);
}

/** Keys are among it: for this user only. */
export function writeKept(folder: string | undefined, devices: readonly KeptDevice[]): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${fileIn(folder)}.new`, JSON.stringify(devices), { mode: 0o600 });
  renameSync(`${fileIn(folder)}.new`, fileIn(folder));
}
