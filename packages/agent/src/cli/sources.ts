import { sourcesFor } from '../sources/registry.ts';
import type { Act } from '../host/act.ts';
import { actsFor } from '../restrictions/registry.ts';
import type { Source } from '../sources/source.ts';
import { UsageError } from '../errors.ts';
import type { Use } from '../budget/use.ts';
import { MEASURE } from '../host/meter.ts';
import { createMeta } from '../outbox/meta.ts';
import { openForReading } from '../outbox/store.ts';
import { type Command, DATA_OPTION, dataFolder, printJson, readOptions, say } from './command.ts';
import { systemClock } from './system.ts';
import { budgetOf, runsInWords, usedBy, usedToday } from './usage-in-words.ts';

function readsOf({ reads }: Source): string {
  switch (reads.kind) {
    case 'command':
    case 'stream':
      return [reads.files.join(' or '), ...reads.args].join(' ');
    case 'file':
      return reads.path;
    case 'probe':
    case 'script':
      return reads.what;
  }
}

function doesOf({ does }: Act): string {
  if (does.kind !== 'command') return does.what;
  const args = does.args.map((arg) => (typeof arg === 'string' ? arg : `<${arg.source}>`));
  return [does.files.join(' or '), ...args, ...(does.input === undefined ? [] : [`< ${does.input}`])].join(' ');
}

/** What `sources --json` prints of one act: whether it changes something or only looks at what was changed. */
export const describeAct = (act: Act) => ({
  id: act.id,
  platform: act.platform,
  acts: act.kind === 'acts',
  reads: doesOf(act),
  privilege: 'root' as const,
  timeLimitSeconds: act.timeLimitMs / 1000,
  why: act.why,
});

const privilegeOf = ({ privilege, platform }: Pick<Source, 'privilege' | 'platform'>): string => {
  if (privilege === 'none') return 'no privilege';
  return platform === 'win32' ? 'administrator' : 'root';
};

const limitOf = ({ timeLimitSeconds }: { readonly timeLimitSeconds: number | null }): string =>
  timeLimitSeconds === null ? 'runs as long as the agent' : `at most ${timeLimitSeconds} s`;

/** What `sources --json` prints of one source, and what docs/checks.md is made of. */
export const describeSource = (source: Source) => ({
  id: source.id,
  platform: source.platform,
  reads: readsOf(source),
  privilege: source.privilege,
  timeLimitSeconds: source.reads.kind === 'stream' ? null : source.timeLimitMs / 1000,
  why: source.why,
});

/** What was used today, where that may be read. */
function readUse(data: string): Use | undefined {
  try {
    const sql = openForReading(data);
    if (sql === undefined) return undefined;
    try {
      return usedToday(createMeta(sql), systemClock.now());
    } finally {
      sql.close();
    }
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** With what it may use, and has used today: null where that is not known. */
function withUse<T extends { readonly id: string }>(described: T, use: Use | undefined) {
  const used = use === undefined ? null : usedBy(use, described.id);
  return { ...described, budget: budgetOf(use?.measure ?? MEASURE), usedToday: used };
}

function useInWords({ budget, ...one }: Pick<ReturnType<typeof withUse>, 'budget' | 'usedToday'>): string {
  const used = one.usedToday === null ? 'not known' : runsInWords(one.usedToday);
  const { processorSecondsPerHour: hour, processorSecondsPerDay: day, memoryMiB } = budget;
  return `  may use: ${hour} s of processor time an hour, ${day} s a day, ${memoryMiB} MiB of memory; used today: ${used}`;
}

type Described = Omit<ReturnType<typeof describeSource>, 'acts'>;

const inWords = (one: Described, verb: string): string =>
  `${one.id}\n  ${one.why}\n  ${verb}: ${one.reads}\n  needs: ${privilegeOf(one)}; ${limitOf(one)}`;

export const sources: Command = {
  name: 'sources',
  summary: 'everything that may be run, read or changed on this device, and why',
  synopsis: '[--json] [--data DIR]',
  details: [
    'Nothing outside this list is run, read or changed.',
    'A source that has used up its budget is not read again until the hour or the day ends (in UTC).',
  ],
  run(args) {
    const { values } = readOptions(args, { ...DATA_OPTION, json: { type: 'boolean' } });
    const use = readUse(dataFolder(values));
    const described = sourcesFor(process.platform).map((source) => withUse(describeSource(source), use));
    const acts = actsFor(process.platform).map(describeAct);
    if (values.json === true) printJson([...described, ...acts]);
    else {
      for (const source of described) say(`${inWords(source, 'reads')}\n${useInWords(source)}`);
      say('\nWhat an order of ICT’s may change, and how Beadle then looks at what came of it:\n');
      for (const act of acts) say(inWords(act, act.acts ? 'acts' : 'looks'));
    }
    return Promise.resolve(0);
  },
};
