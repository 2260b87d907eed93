import { Authorisation, DEVICE_KINDS, POPULATIONS, type DeviceKind, type Population } from '@beadle/shared';
import Value from 'typebox/value';
import { type Platform, PLATFORMS } from '../host.ts';

/** `recording.json`, form 1: what was captured of one machine, and when. Keys that are not known here are passed over. */
export interface RecordingDocument {
  readonly platform: Platform;
  readonly release: string;
  /** As it is written there: the clock of the replay. */
  readonly recordedAt: string;
  readonly hostname: string | null;
  readonly facts: RecordedFacts;
  readonly sources: readonly RecordedSource[];
  /** What could not be captured, by the source's id, and why. */
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
}

export interface RecordedSource {
  readonly id: string;
  readonly file: string;
  readonly exitCode: number;
  readonly stderr: string;
}

/** Stands in for what the server knows about the device. Absent is `null`. */
export interface RecordedFacts {
  readonly onCouncilNetwork: boolean | null;
  /** In words, such as `laptop`, or SMBIOS's number. */
  readonly chassis: string | number | null;
  readonly assetTag: string | null;
  readonly serialNumber: string | null;
  readonly kind: DeviceKind | null;
  readonly population: Population | null;
  readonly groups: readonly string[];
  readonly registeredSticks: readonly { readonly serial: string; readonly encryptsInHardware: boolean }[] | null;
  readonly authorisations: readonly Authorisation[];
}

/** Something in a recording is not as it must be: where, and what was expected there. */
export class BadRecording extends Error {
  override readonly name = 'BadRecording';
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (path: string, expected: string): never => {
  throw new BadRecording(`${path}: expected ${expected}`);
};

/** One kind of value; `null` and absent are `null`. */
const orNull =
  <T>(is: (value: unknown) => value is T, expected: string) =>
  (row: Fields, key: string, path: string): T | null => {
    const value = row[key] ?? null;
    return value === null || is(value) ? value : refuse(`${path}${key}`, expected);
  };
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isOneOf =
  <T extends string>(values: readonly T[]) =>
  (value: unknown): value is T =>
    values.includes(value as T);

const text = orNull(isText, 'text');
const texts = orNull(isTexts, 'a list of texts');
const flag = orNull((value) => typeof value === 'boolean', 'true or false');
const kind = orNull(isOneOf(DEVICE_KINDS), `one of ${DEVICE_KINDS.join(', ')}`);
const population = orNull(isOneOf(POPULATIONS), `one of ${POPULATIONS.join(', ')}`);
const chassis = orNull((value) => isText(value) || typeof value === 'number', 'a word such as laptop, or a number');
const list = orNull((value) => Array.isArray(value), 'a list');
const fields = orNull(isFields, 'an object');

const required = <T>(value: T | null, path: string, expected: string): T => value ?? refuse(path, expected);

/** A serial number alone is a stick that does not encrypt by itself. */
function stickOf(value: unknown, path: string) {
  if (isText(value)) return { serial: value, encryptsInHardware: false };
  if (!isFields(value) || !isText(value['serial'])) return refuse(path, 'a serial number, or an object with serial');
  return { serial: value['serial'], encryptsInHardware: flag(value, 'encryptsInHardware', `${path}.`) ?? false };
}

/** As a device is told of it; a scope that is not there names nothing. */
function authorisationOf(value: unknown, path: string): Authorisation {
  const given = isFields(value) ? value : refuse(path, 'an object with ref, kind, validFrom, validTo and scope');
  const { id, ref = id, kind: what, validFrom, validTo, scope = {} } = given;
  const authorisation = { ref, kind: what, validFrom, validTo, scope };
  if (Value.Check(Authorisation, authorisation)) return authorisation;
  const [error] = Value.Errors(Authorisation, authorisation);
  return refuse(`${path}${(error?.instancePath ?? '').replaceAll('/', '.')}`, error?.message ?? 'an authorisation');
}

function factsOf(document: Fields): RecordedFacts {
  const facts = fields(document, 'facts', '') ?? {};
  const at = 'facts.';
  return {
    onCouncilNetwork: flag(facts, 'onCouncilNetwork', at),
    chassis: chassis(facts, 'chassis', at),
    assetTag: text(facts, 'assetTag', at),
    serialNumber: text(facts, 'serialNumber', at),
    kind: kind(facts, 'kind', at),
    population: population(facts, 'population', at),
    groups: texts(facts, 'groups', at) ?? [],
    registeredSticks:
      list(facts, 'registeredSticks', at)?.map((stick, index) => stickOf(stick, `${at}registeredSticks[${index}]`)) ??
      null,
    authorisations: (list(facts, 'authorisations', at) ?? []).map((one, index) =>
      authorisationOf(one, `${at}authorisations[${index}]`),
    ),
  };
}

const ID = /^[a-z]+\/[a-z0-9][a-z0-9-]*$/;

function sourceOf(value: unknown, index: number): RecordedSource {
  const path = `sources[${index}]`;
  const row = isFields(value) ? value : refuse(path, 'an object with id, file and exitCode');
  const id = required(text(row, 'id', `${path}.`), `${path}.id`, 'the id of a source');
  if (!ID.test(id)) refuse(`${path}.id`, `the id of a source such as linux/os, not ${JSON.stringify(id)}`);
  const exitCode = row['exitCode'] ?? 0;
  if (typeof exitCode !== 'number' || !Number.isInteger(exitCode)) return refuse(`${path}.exitCode`, 'a whole number');
  const file = required(text(row, 'file', `${path}.`), `${path}.file`, 'the name of a file');
  return { id, file, exitCode, stderr: text(row, 'stderr', `${path}.`) ?? '' };
}

function sourcesOf(document: Fields): readonly RecordedSource[] {
  const sources = required(list(document, 'sources', ''), 'sources', 'a list').map(sourceOf);
  const ids = sources.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  return twice < 0 ? sources : refuse(`sources[${twice}].id`, `each source once, and ${ids[twice]} is there before`);
}

function leftOutOf(document: Fields) {
  return (list(document, 'leftOut', '') ?? []).map((value, index) => {
    const path = `leftOut[${index}]`;
    const row = isFields(value) ? value : refuse(path, 'an object with id and reason');
    const [id, reason] = (['id', 'reason'] as const).map((key) => text(row, key, `${path}.`));
    return {
      id: required(id ?? null, `${path}.id`, 'an id'),
      reason: required(reason ?? null, `${path}.reason`, 'text'),
    };
  });
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/;

/** Reads the text of `recording.json`; throws `BadRecording` with the place of what is wrong. */
export function readDocument(json: string): RecordingDocument {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    throw new BadRecording('expected JSON');
  }
  const document = isFields(value) ? value : refuse('recording', 'an object');
  if (document['beadleRecording'] !== 1)
    refuse('beadleRecording', '1, the only form of recordings that this version knows');
  const platform = document['platform'];
  if (!isOneOf(PLATFORMS)(platform)) return refuse('platform', `one of ${PLATFORMS.join(', ')}`);
  const recordedAt = required(text(document, 'recordedAt', ''), 'recordedAt', 'a time such as 2026-06-04T08:32:00Z');
  if (!TIME.test(recordedAt) || Number.isNaN(Date.parse(recordedAt)))
    refuse('recordedAt', 'a time in UTC such as 2026-06-04T08:32:00Z');
  return {
    platform,
    release: text(document, 'release', '') ?? 'unknown',
    recordedAt,
    hostname: text(document, 'hostname', ''),
    facts: factsOf(document),
    sources: sourcesOf(document),
    leftOut: leftOutOf(document),
  };
}
