import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, type Spawned } from '../../support/processes.ts';
import { once } from 'node:events';
import type { Certificates } from '../../support/certificates.ts';
import { type ContainedSystem, startSystem } from '../contained/system.ts';

export const NAME = 'beadle.example.gov.uk';
/** What somebody types where a command asks for a password or a passphrase. */
const SAID = 'correct horse battery staple';
const AGENT = join(ROOT, 'packages/agent/src/main.ts');
export const AGENT_DATA = '/srv/agent';

/** A machine with systemd on which ICT types what the documents say. Its network is its own: nobody else is in it. */
export interface ServerMachine {
  readonly system: ContainedSystem;
  /** Types blocks of shell, one after the other, in one shell in /root, until one fails; gives what was printed. */
  type(blocks: readonly string[], more?: string): string;
  /** A request to the API from the machine itself. */
  ask(token: string, method: string, path: string, body?: unknown): unknown;
  /** The agent of a laptop that reaches the server by its name, through TLS. */
  agent(...args: string[]): Spawned;
  file(path: string, text: string | Buffer): void;
}

export async function startMachine(from: string, deb: string, tls: Certificates): Promise<ServerMachine> {
  const system = await startSystem(from);
  const path = (inside: string) => join(system.root, inside);
  const file = (inside: string, text: string | Buffer) => {
    mkdirSync(path(join(inside, '..')), { recursive: true });
    writeFileSync(path(inside), text);
  };
  copyFileSync(deb, path(`root/${basename(deb)}`));
  file('etc/hosts', `127.0.0.1 localhost ${NAME}\n`);
  file('root/said', `${SAID}\n`);
  // A call that is refused must not pass unseen.
  file('root/.curlrc', 'silent\nshow-error\nfail-with-body\n');
  file('etc/ssl/certs/beadle.pem', tls.cert);
  file('etc/ssl/private/beadle.key', tls.key);
  copyFileSync(tls.authority, path('usr/local/share/ca-certificates/council.crt'));
  system.sh('update-ca-certificates > /dev/null 2>&1');
  const type = (blocks: readonly string[], more = '') => {
    // What is typed at a prompt is for the first that asks in a block.
    const typed = blocks.map((block) => `exec < /root/said\n${block}`).join('\n');
    file('root/typed', `${typed}\n${more}`);
    return system.sh('cd /root; export HOME=/root DEBIAN_FRONTEND=noninteractive; sh -e typed');
  };
  return {
    system,
    type,
    file,
    ask(token, method, to, body) {
      const given = body === undefined ? '' : `-H 'Content-Type: application/json' --data @-`;
      const curl = `HOME=/root curl -X ${method} -H 'Authorization: Bearer ${token}' ${given} 'http://127.0.0.1:8420${to}'`;
      return JSON.parse(system.sh(curl, body === undefined ? '' : JSON.stringify(body)));
    },
    agent(...args) {
      const child = system.start(process.execPath, [AGENT, ...args, '--data', AGENT_DATA]);
      const texts = { stdout: '', stderr: '' };
      child.stdout?.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
      const ended = once(child, 'exit').then(([code]) => (code as number | null) ?? -1);
      return { child, output: () => texts, ended };
    },
  };
}
