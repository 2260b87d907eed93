import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, ROOT, until } from './processes.ts';

/** A program of Debian's that runs until it is stopped, at a port of loopback. */
export interface Running {
  readonly port: number;
  /** What it has said so far. */
  output(): string;
  stop(): Promise<void>;
}

/** The documented file with a test's own words in the place of those that a council changes; each must be there. */
export function documentedWith(name: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`docs/several-servers/${name} has no "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(ROOT, 'docs/several-servers', name), 'utf8'),
  );
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function running(child: ChildProcess, port: number): Promise<Running> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  await until(child.spawnfile, async () => {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended: ${said}`);
    return listens(port);
  });
  return {
    port,
    output: () => said,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** haproxy before servers at these ports of loopback. */
export async function startBalancer(
  folder: string,
  ports: readonly [number, number],
  given?: number,
): Promise<Running & { readonly socket: string }> {
  const port = given ?? (await freePort());
  const [file, socket] = [join(folder, 'haproxy.cfg'), join(folder, 'haproxy.sock')];
  const changes = [
    ['/run/haproxy/admin.sock', socket],
    ['bind :443 ssl crt /etc/haproxy/beadle.pem', `bind 127.0.0.1:${port}`],
    // As many files as a test may open.
    ['maxconn 20000', 'maxconn 2000'],
    ['X-Forwarded-Proto https', 'X-Forwarded-Proto http'],
    ['10.1.0.11:8420', `127.0.0.1:${ports[0]}`],
    ['10.1.0.12:8420', `127.0.0.1:${ports[1]}`],
  ] as const;
  writeFileSync(file, documentedWith('haproxy.cfg', changes));
  return { ...(await running(spawn('/usr/sbin/haproxy', ['-db', '-f', file], { stdio: 'pipe' }), port)), socket };
}

/** pgbouncer before a PostgreSQL without TLS; gives the address of the same database behind it. */
export async function startPooler(folder: string, database: string): Promise<Running & { readonly url: string }> {
  const { username, password, hostname, port: to, pathname } = new URL(database);
  const name = pathname.slice(1);
  const port = await freePort();
  const [file, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'userlist.txt')];
  const changes = [
    ['beadle = host=db.example.gov.uk port=5432 dbname=beadle', `${name} = host=${hostname} port=${to} dbname=${name}`],
    ['listen_port = 6432', `listen_port = ${port}`],
    ['/etc/pgbouncer/userlist.txt', users],
    ['server_tls_sslmode = verify-full', 'server_tls_sslmode = disable'],
    ['server_tls_ca_file = /etc/beadle-server/database-ca.pem\n', ''],
  ] as const;
  writeFileSync(file, documentedWith('pgbouncer.ini', changes));
  writeFileSync(users, `"${username}" "${password}"\n`, { mode: 0o600 });
  // It does not run as root, and says so.
  const nobody = 65_534;
  chmodSync(folder, 0o711);
  for (const each of [file, users]) chownSync(each, nobody, nobody);
  const child = spawn('/usr/sbin/pgbouncer', [file], { stdio: 'pipe', uid: nobody, gid: nobody });
  const url = `postgres://${username}:${password}@127.0.0.1:${port}/${name}`;
  return { ...(await running(child, port)), url };
}
