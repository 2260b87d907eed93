import { sourcesFor } from '../sources/registry.ts';
import type { Act } from '../host/act.ts';
import { actsFor } from '../restrictions/registry.ts';
import type { Source } from '../sources/source.ts';
import { type Command, printJson, readOptions, say } from './command.ts';

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

type Described = Omit<ReturnType<typeof describeSource>, 'acts'>;

const inWords = (one: Described, verb: string): string =>
  `${one.id}\n  ${one.why}\n  ${verb}: ${one.reads}\n  needs: ${privilegeOf(one)}; ${limitOf(one)}`;

export const sources: Command = {
  name: 'sources',
  summary: 'everything that may be run, read or changed on this device, and why',
  synopsis: '[--json]',
  details: ['Nothing outside this list is run, read or changed.'],
  run(args) {
    const { values } = readOptions(args, { json: { type: 'boolean' }, data: { type: 'string' } });
    const described = sourcesFor(process.platform).map(describeSource);
    const acts = actsFor(process.platform).map(describeAct);
    if (values.json === true) printJson([...described, ...acts]);
    else {
      for (const source of described) say(inWords(source, 'reads'));
      say('\nWhat an order of ICT’s may change, and how Beadle then looks at what came of it:\n');
      for (const act of acts) say(inWords(act, act.acts ? 'acts' : 'looks'));
    }
    return Promise.resolve(0);
  },
};
