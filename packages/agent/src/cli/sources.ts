import { sourcesFor } from '../sources/registry.ts';
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

export const sources: Command = {
  name: 'sources',
  summary: 'everything that may be run or read on this device, and why',
  synopsis: '[--json]',
  details: ['Nothing outside this list is run or read.'],
  run(args) {
    const { values } = readOptions(args, { json: { type: 'boolean' }, data: { type: 'string' } });
    const described = sourcesFor(process.platform).map(describeSource);
    if (values.json === true) printJson(described);
    else
      for (const source of described)
        say(
          `${source.id}\n  ${source.why}\n  reads: ${source.reads}\n  needs: ${privilegeOf(source)}; ${limitOf(source)}`,
        );
    return Promise.resolve(0);
  },
};
