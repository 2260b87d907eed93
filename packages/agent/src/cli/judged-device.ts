import { type DeviceContext, known, unknown, type PolicyForDevice } from '@beadle/shared';
import { kindOfChassis } from '../collectors/chassis.ts';
import { collectedOn, collectorsFor, historiesFor } from '../collectors/registry.ts';
import { contextOf } from '../cycle/context.ts';
import type { OnceOptions } from '../cycle/once.ts';
import { UsageError } from '../errors.ts';
import { loadEnrolment } from '../identity/identity.ts';
import { readKeptPolicy } from '../orders/policy.ts';
import { createMemory } from '../outbox/memory.ts';
import { openForReading } from '../outbox/store.ts';
import { BadRecording } from '../host/recording/document.ts';
import { openRecording, type Recording } from '../host/recording/folder.ts';
import { createRecordingHost } from '../host/recording/host.ts';
import { systemClock } from './system.ts';

export interface Kept {
  readonly enrolled: boolean;
  /** Milliseconds since the epoch. */
  readonly enrolledAt: number | undefined;
  readonly policy: PolicyForDevice | undefined;
  /** When each timed condition was first seen. */
  readonly conditions: ReadonlyMap<string, number>;
}

export const NOTHING_KEPT: Kept = { enrolled: false, enrolledAt: undefined, policy: undefined, conditions: new Map() };

/** What the service on this device has kept; nothing where there is none. */
export function readKept(data: string): Kept {
  const server = loadEnrolment(data);
  const sql = openForReading(data);
  if (server === undefined || sql === undefined) return NOTHING_KEPT;
  try {
    const kept = readKeptPolicy(sql, server, systemClock.now());
    const conditions = createMemory(sql).conditions();
    const policy = typeof kept === 'object' ? kept : undefined;
    return { enrolled: true, enrolledAt: Date.parse(server.enrolment.enrolledAt), policy, conditions };
  } finally {
    sql.close();
  }
}

/** Where nothing that was kept is needed, and this user may not be allowed to read it. */
export function readKeptIfAllowed(data: string): Kept {
  try {
    return readKept(data);
  } catch (error) {
    if (error instanceof UsageError) return NOTHING_KEPT;
    throw error;
  }
}

/** What is judged, but for the policy. */
export type Judged = Omit<OnceOptions, 'policy'> & { readonly observedAt: string };

export async function thisDevice(kept: Kept): Promise<Judged> {
  const { thisMachine } = await import('./this-machine.ts');
  const { host, collectors } = await thisMachine();
  return {
    host,
    collectors,
    histories: [],
    place: collectedOn(host.platform).place,
    device: contextOf(kept.policy),
    authorisations: kept.policy?.authorisations ?? [],
    since: kept.conditions,
    enrolled: kept.enrolled,
    observedAt: new Date(host.clock.now()).toISOString(),
  };
}

/** What the server would know, by the recording. */
function contextIn({ facts }: Recording): DeviceContext {
  const { assetTag, serialNumber, onCouncilNetwork } = facts;
  return {
    kind: facts.kind ?? kindOfChassis(facts.chassis) ?? null,
    population: facts.population,
    groups: facts.groups,
    onCouncilNetwork: onCouncilNetwork === null ? unknown('not-told') : known(onCouncilNetwork),
    register: assetTag === null && serialNumber === null ? null : { assetTag, serialNumber },
    registeredSticks: facts.registeredSticks,
  };
}

/** The device in a recording, at the moment at which it was recorded. */
export function recordedDevice(folder: string): Judged {
  let recording: Recording;
  try {
    recording = openRecording(folder);
  } catch (error) {
    if (error instanceof BadRecording)
      throw new UsageError(`The recording ${folder} cannot be replayed: ${error.message}.`, { cause: error });
    throw error;
  }
  return {
    host: createRecordingHost(recording),
    collectors: collectorsFor(recording.platform),
    histories: historiesFor(recording.platform),
    place: collectedOn(recording.platform).place,
    device: contextIn(recording),
    authorisations: recording.facts.authorisations,
    since: new Map(),
    enrolled: false,
    observedAt: recording.recordedAt,
  };
}
