import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every architecture that Node runs on (proc(5), times(2)). */
const TICKS_PER_SECOND = 100;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const list = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** Fields of /proc/PID/stat from the third on: the second, a name in brackets, may hold anything. */
const statOf = (pid: number): string[] => read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];

/** A process and everything below it. */
function treeOf(pid: number): number[] {
  const all = list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = all.map((one) => [one, Number(statOf(one)[1])] as const);
  const tree = [pid];
  for (const at of tree) tree.push(...parents.filter(([, parent]) => parent === at).map(([child]) => child));
  return tree;
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
const numberAt = (text: string, field: RegExp) => Number(field.exec(text)?.[1] ?? 0);

/** Anonymous memory in MiB of a process and what it has started: what it costs beside the shared pages of its program. */
export const anonymousMebibytes = (pid: number): number =>
  sum(treeOf(pid).map((one) => numberAt(read(`/proc/${one}/status`), /^RssAnon:\s+(\d+) kB/m))) / 1024;

/** The scheduler's own count of a process's threads, in seconds: utime and stime, but not rounded to a tick. */
const ownSeconds = (pid: number): number =>
  sum(list(`/proc/${pid}/task`).map((task) => Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]))) / 1e9;

/** Processor seconds of children that have ended and been waited for, to a tick. */
export const endedSeconds = (pid: number): number => sum(statOf(pid).slice(13, 15).map(Number)) / TICKS_PER_SECOND;

/** Processor seconds of a process, of children that have ended and of those that run. */
export const processorSeconds = (pid: number): number =>
  sum(treeOf(pid).map((one) => ownSeconds(one) + endedSeconds(one)));

/** What a process has in memory, with all the pages that it shares, in MiB; 0 where there is none. */
export const residentMebibytes = (pid: number): number =>
  numberAt(read(`/proc/${pid}/status`), /^VmRSS:\s+(\d+) kB/m) / 1024;

/** Bytes that a process and its running children have caused to be written to a disk. */
export const writtenBytes = (pid: number): number =>
  sum(treeOf(pid).map((one) => numberAt(read(`/proc/${one}/io`), /^write_bytes: (\d+)/m)));
