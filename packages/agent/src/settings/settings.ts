import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseToken } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { UsageError } from '../errors.ts';

const Words = (maximum: number) => Type.Optional(Type.String({ minLength: 1, maxLength: maximum }));

/** `settings.json`, as the council's own tool puts it beside the agent. Closed: a name that is not here is refused. */
export const SettingsFile = Type.Object(
  {
    /** The origin of the server, such as `https://beadle.council.gov.uk`. */
    server: Words(300),
    /** The fleet key, or the file that it is in, which is removed once the device is enrolled. */
    fleetKey: Words(200),
    fleetKeyFile: Words(1000),
    /** As in HTTPS_PROXY and NO_PROXY. */
    proxy: Words(300),
    noProxy: Words(2000),
    /** Certificates in PEM that are trusted beside the system's, such as those of a proxy that opens TLS. */
    caFile: Words(1000),
  },
  { additionalProperties: false },
);
type SettingsFile = Static<typeof SettingsFile>;

export interface AgentSettings {
  readonly server: string | undefined;
  /** The text of the fleet key; undefined where there is none, or its file is gone. */
  readonly fleetKey: string | undefined;
  readonly fleetKeyFile: string | undefined;
  readonly caFile: string | undefined;
}

type Environment = Record<string, string | undefined>;

/** Where only administrators write: `/etc/beadle-agent/settings.json`, `%ProgramFiles%\Beadle\settings.json`. */
export function settingsFile(environment: Environment, platform: NodeJS.Platform): string {
  const given = environment['BEADLE_AGENT_SETTINGS'];
  if (given !== undefined && given !== '') return given;
  if (platform !== 'win32') return '/etc/beadle-agent/settings.json';
  return join(environment['ProgramFiles'] ?? 'C:\\Program Files', 'Beadle', 'settings.json');
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The text of a file that nobody but its owner can change, nor read where `isSecret`; undefined where there is none. */
function readOwned(path: string, isSecret: boolean): string | undefined {
  let text: string;
  let mode: number;
  try {
    mode = statSync(path).mode & 0o777;
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (process.platform === 'win32') return text;
  if ((mode & 0o022) !== 0) throw new UsageError(`${path} can be changed by others: run chmod go-w on it.`);
  if (isSecret && (mode & 0o077) !== 0)
    throw new UsageError(`${path} holds a key and can be read by others: run chmod 600 on it.`);
  return text;
}

function parse(path: string, text: string): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON.`, { cause });
  }
  if (Value.Check(SettingsFile, value)) return value;
  const names = Object.keys(SettingsFile.properties).join(', ');
  const [error] = Value.Errors(SettingsFile, value);
  throw new UsageError(
    `${path}: ${error?.instancePath || 'it'} ${error?.message ?? 'is not of the expected form'}. It may have ${names}, each a text.`,
  );
}

function readFile(path: string): SettingsFile {
  const text = readOwned(path, false);
  if (text === undefined) return {};
  const file = parse(path, text);
  if (file.fleetKey !== undefined) readOwned(path, true);
  return file;
}

const given = (environment: Environment, name: string): string | undefined => environment[name] || undefined;

/** The fleet key, if there is one. Throws `UsageError` where it is not complete. */
function fleetKeyOf(text: string | undefined, file: string | undefined): string | undefined {
  const key = text ?? (file === undefined ? undefined : readOwned(file, true))?.trim();
  if (key === undefined || parseToken(key) !== undefined) return key;
  throw new UsageError('The fleet key is not complete: it begins with beadle1. and has four parts. Copy it again.');
}

/**
 * What the council's tool and the environment say; the environment counts more. What they say of a proxy is put into the
 * environment, by which everything that reaches the server goes. Throws `UsageError` with what to write instead.
 */
export function readSettings(environment: Environment, platform: NodeJS.Platform = process.platform): AgentSettings {
  const file = readFile(settingsFile(environment, platform));
  const has = (...names: string[]) => names.some((name) => given(environment, name) !== undefined);
  if (file.proxy !== undefined && !has('HTTPS_PROXY', 'https_proxy')) environment['HTTPS_PROXY'] = file.proxy;
  if (file.noProxy !== undefined && !has('NO_PROXY', 'no_proxy')) environment['NO_PROXY'] = file.noProxy;
  const fleetKeyFile = given(environment, 'BEADLE_AGENT_FLEET_KEY_FILE') ?? file.fleetKeyFile;
  return Object.freeze({
    server: given(environment, 'BEADLE_AGENT_SERVER') ?? file.server,
    fleetKey: fleetKeyOf(given(environment, 'BEADLE_AGENT_FLEET_KEY') ?? file.fleetKey, fleetKeyFile),
    fleetKeyFile,
    caFile: given(environment, 'BEADLE_AGENT_CA_FILE') ?? file.caFile,
  });
}
