import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** proc(5) counts processor time in these, whatever the kernel's own clock: USER_HZ is 100 where Node runs. */
const TICK_MS = 10;
const KIBIBYTE = 1024;

/** Fields of /proc/PID/stat from the third on, behind the program's name, which may hold anything. */
function statOf(pid: number | 'self'): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** No file handle to be had, say: what cannot be counted now must not end the agent. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

const [GROUP, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM] = [2, 11, 12, 13, 14] as const;
const msOf = (fields: readonly string[], places: readonly number[]): number =>
  places.reduce((sum, place) => sum + Number(fields[place]), 0) * TICK_MS;

/** What a program and those in its process group have used until now. */
export interface GroupUse {
  /** Of the program itself, and of its children that have ended. */
  readonly leaderMs: number;
  /** Of the others, which nobody else will count once all are killed. */
  readonly othersMs: number;
  readonly residentBytes: number;
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes ?? 0) * KIBIBYTE;
}

function groupUse(leader: number): GroupUse {
  const use = { leaderMs: 0, othersMs: 0, residentBytes: 0 };
  for (const name of orElse<readonly string[]>(() => readdirSync('/proc'), [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const fields = statOf(pid);
      if (Number(fields[GROUP]) !== leader) continue;
      const usedMs = msOf(fields, [USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM]);
      use[pid === leader ? 'leaderMs' : 'othersMs'] += usedMs;
      use.residentBytes += residentBytes(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  return use;
}

/** What the system tells of programs' use; handed in, so that a test may tell another. */
export interface System {
  /** Processor time of all children that have ended, and of theirs, since this process was started. */
  childrenMs(): number | undefined;
  group(leader: number): GroupUse;
  /** Bytes that this process and its children that have ended have had written to disks. */
  writtenBytes(): number | undefined;
}

function writtenBytes(): number | undefined {
  const io = orElse(() => readFileSync('/proc/self/io', 'utf8'), '');
  const bytes = /^write_bytes: (\d+)$/m.exec(io)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

/** By proc(5); undefined where there is none. */
export const procfs: System | undefined =
  process.platform === 'linux' && existsSync('/proc/self/stat')
    ? {
        childrenMs: () => orElse(() => msOf(statOf('self'), [CHILDREN_USER, CHILDREN_SYSTEM]), undefined),
        group: groupUse,
        writtenBytes,
      }
    : undefined;
