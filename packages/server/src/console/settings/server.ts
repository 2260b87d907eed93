import type { ServerKeys } from '../../keys/keys.ts';
import { devicesOf, type Holders } from '../../devices/server-keys.ts';
import type { DatabaseState } from '../../db/size.ts';
import type { Settings } from '../../settings.ts';
import { row, type SettingsSection } from './section.ts';

/** What the page shows of the server: no password, key or address in which there may be one. */
export interface ServerFacts {
  readonly settings: Settings;
  readonly keys: ServerKeys;
  readonly holders: readonly Holders[];
  readonly version: string;
  readonly database: DatabaseState & { readonly engine: 'sqlite' | 'postgres' };
  readonly agents: readonly { readonly version: string; readonly devices: number }[];
}

const FILE =
  'Set in beadle-server.yaml or by variables of the environment, by whoever runs the server. A change takes a restart.';
const MIB = 1024 * 1024;

const sizeWords = (bytes: number): string =>
  bytes < MIB ? 'less than 1 MB' : `${Math.round(bytes / MIB).toLocaleString('en-GB')} MB`;

const ENGINES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;

function addressRows({ origin, host, port, trustedProxies, limits }: Settings) {
  const certificate = origin.startsWith('https:')
    ? 'Held by the proxy in front of this server, which ends TLS. This server sees none.'
    : 'None: people reach this server without TLS.';
  return [
    row('Address', origin, 'origin'),
    row('Listens at', `${host}, port ${port}`, 'host'),
    row('Certificate', certificate),
    row('Trusted proxies', trustedProxies, 'trustedProxies'),
    row('Connections at most', limits.connections.toLocaleString('en-GB'), 'limits.connections'),
  ];
}

/** A key by its fingerprint, and under it how many devices hold to it. */
const keyLines = ({ keyId }: { readonly keyId: string }, holders: readonly Holders[]): readonly string[] => {
  const devices = devicesOf(holders, keyId);
  return [keyId, devices === 1 ? '1 device holds to it' : `${devices.toLocaleString('en-GB')} devices hold to it`];
};

const keyRows = ({ keys, holders }: ServerFacts) => {
  const { next, former } = keys;
  const formerLines = former.flatMap((key) => keyLines(key, holders));
  return [
    row('Fingerprint of the server’s key', keyLines(keys, holders)),
    ...(next === undefined ? [] : [row('The key to come', keyLines(next, holders))]),
    ...(former.length === 0 ? [] : [row('Former keys', formerLines)]),
  ];
};

const databaseRows = ({ settings, database }: ServerFacts) => [
  // Where files lie is of use to whoever has broken in, and known to whoever runs the server.
  row('Database', database.engine === 'sqlite' ? 'A folder on the server' : settings.databaseName, 'database'),
  row('Kind', `${ENGINES[database.engine]} ${database.version}`),
  row('Size', sizeWords(database.bytes)),
  row('Last migration', database.migration),
  row('Keys', 'A folder on the server', 'keysFolder'),
];

const sourceRows = ({ directory, countriesFile, logFile }: Settings) => [
  row('Directory', directory === null ? 'None: people come from files' : directory.url, 'directory'),
  row(
    'List of countries',
    countriesFile === null ? 'The one that comes with Beadle' : 'A file on the server',
    'countriesFile',
  ),
  row('Log', logFile === null ? 'Standard output' : 'A file on the server', 'logFile'),
];

const versionRows = ({ version, agents }: ServerFacts) => [
  row('Server', `Beadle ${version}`),
  row('Node.js', process.version),
  row(
    'Agents, and on how many devices',
    agents.map((agent) => `${agent.version}: ${agent.devices.toLocaleString('en-GB')}`),
  ),
];

/** What the server is set to. */
export const serverSections = (facts: ServerFacts): SettingsSection[] => [
  { id: 'address', title: 'How the server is reached', where: FILE, rows: addressRows(facts.settings) },
  { id: 'database', title: 'Database and keys', where: FILE, rows: [...databaseRows(facts), ...keyRows(facts)] },
  { id: 'sources', title: 'Other sources', where: FILE, rows: sourceRows(facts.settings) },
  { id: 'versions', title: 'Versions', where: 'Set by what is installed.', rows: versionRows(facts) },
];
