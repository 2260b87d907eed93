import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ROOT, until } from '../../support/processes.ts';
import { whyNoMounts } from '../fixtures/disk.ts';
import type { Observed } from './observe.ts';

/** Debian's own systemd, started from a system's files: what is done in it is gone with it. */
export interface ContainedSystem {
  /** Its own root folder, as this machine sees it while it runs. */
  readonly root: string;
  /** Standard output of a shell's command, as root, which is given `input`; throws where it fails. */
  sh(command: string, input?: string): string;
  /** A program in there as root, which goes on beside the test: it is told to end where what is given here is killed. */
  start(command: string, args: readonly string[]): ChildProcess;
  /** Reads sources by the agent's own host, in there: as root, or as the user of this number. */
  observe(ids: readonly string[], as?: number): Observed;
  /** Tries until `isWanted`; the last observation, whatever it is. */
  observeUntil(ids: readonly string[], isWanted: (observed: Observed) => boolean): Promise<Observed>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;
/** To install something on a busy machine. */
const SHELL_MS = 240_000;
const OBSERVE = join(import.meta.dirname, 'observe.ts');

/** Where the unified hierarchy of control groups is mounted. */
function controlGroups(): string | undefined {
  return /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];
}

/** What keeps such a system from being started here; undefined where it can be. */
export function whyNoSystem(): string | undefined {
  const why = whyNoMounts();
  if (why !== undefined) return why;
  if (!/\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))) return 'needs a kernel with overlayfs';
  return controlGroups() === undefined ? 'needs control groups of the second version' : undefined;
}

function removeGroups(group: string): void {
  const all = new Set([group, ...globSync('**/', { cwd: group }).map((path) => resolve(group, path))]);
  for (const path of [...all].toSorted().toReversed()) rmdirSync(path);
}

/** Starts it from the files in the folder `from`, which are only read: without one this machine's. */
export async function startSystem(from = '/'): Promise<ContainedSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-contained-'));
  const group = join(controlGroups() ?? '', basename(folder));
  // With `unshare --kill-child` it ends with the runner, however that ends.
  const boot = ['--pdeathsig=KILL', join(import.meta.dirname, 'boot.sh'), folder, group, ROOT, from];
  const starter = spawn('setpriv', boot, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  starter.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const ended = once(starter, 'exit');
  const pidOfInit = () => spawnSync('pgrep', ['-P', String(starter.pid)], { encoding: 'utf8' }).stdout.trim();
  const inside = () => {
    const environment = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'];
    return ['--target', pidOfInit(), '--all', '--root', '--wd', '--', ...environment];
  };
  const enter = (as: number, command: readonly string[], input = '', timeout = PATIENCE_MS) => {
    const privileges = as === 0 ? [] : ['setpriv', `--reuid=${as}`, `--regid=${as}`, '--clear-groups'];
    const how = { encoding: 'utf8', timeout, input } as const;
    return spawnSync('nsenter', [...inside(), ...privileges, ...command], how);
  };
  const sh = (command: string, input?: string): string => {
    const { status, stdout, stderr } = enter(0, ['sh', '-ec', command], input, SHELL_MS);
    if (status !== 0) throw new Error(`${command}: ${status}\n${stdout}\n${stderr}\n${said}`);
    return stdout;
  };
  const system: ContainedSystem = {
    get root() {
      return `/proc/${pidOfInit()}/root`;
    },
    sh,
    start: (command, args) =>
      spawn('nsenter', [...inside(), 'setpriv', '--pdeathsig=TERM', command, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    observe(ids, as = 0) {
      const { stdout, stderr } = enter(as, [process.execPath, OBSERVE, ...ids]);
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as Observed;
    },
    async observeUntil(ids, isWanted) {
      let observed = system.observe(ids);
      await until('what was to be observed', () => isWanted((observed = system.observe(ids)))).catch(() => undefined);
      return observed;
    },
    async stop() {
      starter.kill('SIGKILL');
      await ended;
      await until('the end of its processes', () =>
        /^populated 0$/m.test(readFileSync(join(group, 'cgroup.events'), 'utf8')),
      );
      removeGroups(group);
      rmdirSync(folder);
    },
  };
  try {
    await until(
      'the start of systemd',
      () => enter(0, ['systemctl', 'is-active', '--quiet', 'basic.target']).status === 0,
      PATIENCE_MS,
    );
    return system;
  } catch (error) {
    await system.stop();
    throw new Error(said, { cause: error });
  }
}
