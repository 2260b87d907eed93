import { isKnown } from '@beadle/shared';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Collector, Outputs } from '../../src/collectors/collector.ts';
import type { Host, SourceResult } from '../../src/host/host.ts';
import type { Source } from '../../src/sources/source.ts';

export const printed = (stdout: string, rest: { exitCode?: number; stderr?: string } = {}): SourceResult => ({
  kind: 'output',
  exitCode: 0,
  stderr: '',
  ...rest,
  stdout,
});
export const json = (value: unknown): SourceResult => printed(JSON.stringify(value));
export const missing: SourceResult = { kind: 'unreadable', reason: 'source-missing' };

/** Text counts as printed, anything but a result as JSON; a source that is not named could not be read. */
export type Told = Readonly<Record<string, unknown>>;

const isResult = (value: unknown): value is SourceResult =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'output' || value.kind === 'unreadable');

export const resultOf = (value: unknown): SourceResult => {
  if (value === undefined) return missing;
  if (isResult(value)) return value;
  return typeof value === 'string' ? printed(value) : json(value);
};

export const outputs = (told: Told): Outputs =>
  new Map(Object.entries(told).map(([id, value]) => [id, resultOf(value)]));

/** The facts of a collector that has nothing against what it was given. */
// The caller says which check's facts these are.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function factsOf<T>(collector: Collector, told: Told, now = 0): T {
  const { facts } = collector.collect(outputs(told), now);
  if (!isKnown(facts)) throw new Error(facts.unknown);
  return facts.known as T;
}

/** A machine of which only these sources can be read. */
export function hostOf(told: Told, now = 0): Host & { readonly asked: (readonly [string, string | undefined])[] } {
  const asked: (readonly [string, string | undefined])[] = [];
  return {
    platform: 'linux',
    release: '6.1.0',
    clock: { now: () => now, monotonic: () => now },
    read: (source: Source, parameter?: string) => {
      asked.push([source.id, parameter]);
      return Promise.resolve(resultOf(told[source.id]));
    },
    readAll: (requests) =>
      Promise.resolve(new Map(requests.map(({ source }) => [source.id, resultOf(told[source.id])]))),
    follow: () => Promise.resolve({ kind: 'unreadable', reason: 'tool-missing' }),
    act: () => Promise.resolve({ kind: 'unreadable', reason: 'tool-missing' }),
    onMainsPower: () => Promise.resolve(true),
    started: { processes: 0 },
    asked,
  };
}

/** A row of lsblk with every column of the source. */
export const row = (name: string, type: string, rest: object = {}) => ({
  name,
  kname: name,
  path: `/dev/${name}`,
  pkname: null,
  type,
  fstype: null,
  uuid: null,
  mountpoints: [null],
  rm: false,
  hotplug: false,
  tran: null,
  vendor: null,
  model: null,
  serial: null,
  size: 1_000_000,
  ...rest,
});
export const lsblk = (...blockdevices: object[]) => ({ blockdevices });
export const mounted = (
  ...mounts: (readonly [source: string, target: string, fstype?: string, options?: string])[]
) => ({
  filesystems: mounts.map(([source, target, fstype = 'ext4', options = 'rw']) => ({ source, target, fstype, options })),
});

/** What is wrong with facts or an event by the check's schema; nothing is wrong with none. */
export const errorsOf = (schema: TSchema | undefined, value: unknown): unknown[] =>
  schema === undefined || value === undefined ? [] : [...Value.Errors(schema, value)];
