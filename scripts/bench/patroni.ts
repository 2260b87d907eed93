import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { documentedWith } from '../../test/support/balanced.ts';
import { answers, freePort, until } from '../../test/support/processes.ts';

/** Loopback addresses that stand for the documented machines. */
const NODES = [
  { name: 'one', address: '127.0.0.21' },
  { name: 'two', address: '127.0.0.22' },
  { name: 'three', address: '127.0.0.23' },
] as const;
type Node = (typeof NODES)[number];

const STARTS_WITHIN_MS = 120_000;
const SUPERUSER = 'postgres:the-superusers';

interface Ports {
  readonly postgres: number;
  readonly patroni: number;
  readonly etcd: number;
  readonly peer: number;
  readonly haproxy: number;
}

/** Three nodes of PostgreSQL under Patroni with synchronous replication, and haproxy to the primary. */
export interface Cluster {
  /** Through haproxy; ends in a slash. */
  readonly url: string;
  /** The primary, and those that a commit waits for, by Patroni's own word. */
  members(): Promise<readonly { readonly name: string; readonly role: string; readonly state: string }[]>;
  /** Ends the primary's Patroni and its PostgreSQL where they stand; gives its name. */
  killPrimary(): Promise<string>;
  stop(): Promise<void>;
}

interface Started {
  readonly node: Node;
  readonly data: string;
  readonly child: ChildProcess;
}

function startNode(folder: string, node: Node, ports: Ports): Started {
  const { uid, gid } = statSync('/var/lib/postgresql');
  const own = join(folder, node.name);
  mkdirSync(own, { mode: 0o700 });
  const data = join(own, 'data');
  const file = join(own, 'patroni.yml');
  const text = documentedWith('patroni.yml', [
    ['name: one', `name: ${node.name}`],
    ['10.1.0.31:2379, 10.1.0.32:2379, 10.1.0.33:2379', `127.0.0.1:${ports.etcd}`],
    ['10.1.0.21:8008', `${node.address}:${ports.patroni}`],
    ['10.1.0.21:5432', `${node.address}:${ports.postgres}`],
    // The nodes are on this machine, where there is nothing for TLS to keep secret.
    ['hostssl', 'host'],
    ['10.1.0.0/24', '127.0.0.0/8'],
    ['/var/lib/postgresql/15/beadle', data],
    ['/var/lib/postgresql/patroni-pgpass', join(own, 'pgpass')],
    ["ssl: 'on'", "ssl: 'off'\n        unix_socket_directories: ''"],
  ]);
  writeFileSync(file, text);
  for (const path of [own, file]) chownSync(path, uid, gid);
  const log = openSync(join(folder, `${node.name}.log`), 'a');
  const child = spawn('/usr/bin/patroni', [file], { stdio: ['ignore', log, log], uid, gid, cwd: own });
  return { node, data, child };
}

function startEtcd(folder: string, { etcd: port, peer }: Ports): ChildProcess {
  const log = openSync(join(folder, 'etcd.log'), 'a');
  const [clients, peers] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  const words = ['--name', 'beadle', '--data-dir', join(folder, 'etcd'), '--listen-client-urls', clients];
  words.push('--advertise-client-urls', clients, '--listen-peer-urls', peers);
  words.push('--initial-advertise-peer-urls', peers, '--initial-cluster', `beadle=${peers}`);
  return spawn('/usr/bin/etcd', words, { stdio: ['ignore', log, log] });
}

function startHaproxy(folder: string, ports: Ports): ChildProcess {
  const file = join(folder, 'haproxy-postgres.cfg');
  const changes = [
    ['bind 127.0.0.1:5000', `bind 127.0.0.1:${ports.haproxy}`],
    ['check port 8008', `check port ${ports.patroni}`],
    ...NODES.map(({ address }, at) => [`10.1.0.2${at + 1}:5432`, `${address}:${ports.postgres}`] as const),
  ] as const;
  writeFileSync(file, documentedWith('haproxy-postgres.cfg', changes));
  const log = openSync(join(folder, 'haproxy.log'), 'a');
  return spawn('/usr/sbin/haproxy', ['-db', '-f', file], { stdio: ['ignore', log, log] });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The PostgreSQL of a node, below which all others of it are; undefined where it does not run. */
function postmasterOf({ data }: Started): number | undefined {
  try {
    return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

function killPostmaster(node: Started): void {
  const pid = postmasterOf(node);
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const isUp = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: `${url}postgres`, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

type Members = Awaited<ReturnType<Cluster['members']>>;

/** By the word of the first node that answers. */
async function membersOf(nodes: readonly Started[], { patroni }: Ports): Promise<Members> {
  for (const { node } of nodes) {
    const answer = await fetch(`http://${node.address}:${patroni}/cluster`).catch(() => undefined);
    if (answer?.ok === true) return ((await answer.json()) as { members: Members }).members;
  }
  return [];
}

async function choosePorts(): Promise<Ports> {
  const ports: number[] = [];
  while (ports.length < 5) ports.push(await freePort());
  const [postgres = 0, patroni = 0, etcd = 0, peer = 0, haproxy = 0] = ports;
  return { postgres, patroni, etcd, peer, haproxy };
}

/** `folder` is one that the user postgres comes through to. Throws where it does not come up. */
export async function startCluster(folder: string): Promise<Cluster> {
  const ports = await choosePorts();
  const others = [startEtcd(folder, ports)];
  const nodes: Started[] = [];
  const members = () => membersOf(nodes, ports);
  const stop = async () => {
    for (const node of nodes) {
      await killed(node.child);
      killPostmaster(node);
    }
    for (const child of others) await killed(child);
  };
  const url = `postgres://${SUPERUSER}@127.0.0.1:${ports.haproxy}/`;
  const isWhole = async () => {
    const found = await members();
    return found.length === NODES.length && found.some(({ role }) => role === 'sync_standby') && (await isUp(url));
  };
  try {
    await until('etcd', () => answers(`http://127.0.0.1:${ports.etcd}/health`));
    for (const node of NODES) nodes.push(startNode(folder, node, ports));
    others.push(startHaproxy(folder, ports));
    await until('the cluster', isWhole, STARTS_WITHIN_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  const killPrimary = async () => {
    const leader = (await members()).find(({ role }) => role === 'leader');
    const node = nodes.find((each) => each.node.name === leader?.name);
    if (node === undefined) throw new Error('there is no primary');
    node.child.kill('SIGKILL');
    killPostmaster(node);
    return node.node.name;
  };
  return { url, members, killPrimary, stop };
}
