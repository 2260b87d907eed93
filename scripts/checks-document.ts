/** Writes docs/checks.md from the lists of checks and sources; a test holds the file against them. */
import { fileURLToPath } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COLLECTED_CHECKS } from '@beadle/shared';
import { collectedOn } from '../packages/agent/src/collectors/registry.ts';
import { describeAct, describeSource } from '../packages/agent/src/cli/sources.ts';
import { type Platform, PLATFORMS } from '../packages/agent/src/host/host.ts';
import { actsFor } from '../packages/agent/src/restrictions/registry.ts';
import { sourcesFor } from '../packages/agent/src/sources/registry.ts';

const FILE = join(import.meta.dirname, '../docs/checks.md');
const NAMES: Readonly<Record<Platform, string>> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS' };

const HEAD = `# What is checked, and what is read for it

Made by \`node scripts/checks-document.ts\` from the lists that the agent itself goes by; \`beadle-agent sources\` prints the
same on a device. Nothing outside these lists is run, read or changed. What cannot be read is *unknown*, never a pass and never a
failure.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;

/** Each check's sources: those of its state first, then those of what happened while the agent was off. */
function readsOf(platform: Platform): ReadonlyMap<string, readonly string[]> {
  const { collectors, histories } = collectedOn(platform);
  const all = [...collectors, ...histories];
  const ids = (check: string) => all.filter((one) => one.check === check).flatMap(({ sources }) => sources);
  return new Map(COLLECTED_CHECKS.map((check) => [check, [...new Set(ids(check).map(({ id }) => id))]]));
}

function checksOf(platform: Platform): string[] {
  const { place } = collectedOn(platform);
  const rows = [...readsOf(platform)].map(([check, ids]) =>
    row([code(check), ids.length === 0 ? 'not collected: unknown' : ids.map(code).join(', ')]),
  );
  const where = place?.sources.map(({ id }) => code(id)).join(', ');
  return [
    row(['check', 'sources']),
    row(['---', '---']),
    ...rows,
    ...(where === undefined ? [] : [row(['where the device is', where])]),
  ];
}

function sourcesOf(platform: Platform): string[] {
  const rows = sourcesFor(platform)
    .map(describeSource)
    .map(({ id, reads, privilege, timeLimitSeconds, why }) =>
      row([
        code(id),
        reads,
        privilege === 'root' ? 'root' : 'nothing',
        timeLimitSeconds === null ? 'runs as long as the agent' : `${timeLimitSeconds} s`,
        why,
      ]),
    );
  return [
    row(['source', 'what is run or read', 'needs', 'at most', 'why']),
    row(['---', '---', '---', '---', '---']),
    ...rows,
  ];
}

/** Orders of ICT's alone change anything; what looks at what came of one runs while it holds. */
/** A script of the agent's own lies where the agent does, wherever that is. */
const SCRIPTS = fileURLToPath(new URL('../packages/agent/src/restrictions/', import.meta.url));
const withoutFolder = (text: string): string => text.replaceAll(SCRIPTS, '');

function actsOf(platform: Platform): string[] {
  const rows = actsFor(platform)
    .map(describeAct)
    .map(({ id, acts, reads, timeLimitSeconds, why }) =>
      row([code(id), acts ? 'changes' : 'looks', code(withoutFolder(reads)), `${timeLimitSeconds} s`, why]),
    );
  const head = [
    row(['act', 'changes or looks', 'what is run or written', 'at most', 'why']),
    row(Array(5).fill('---')),
  ];
  return [
    `What an order of ICT’s may change on ${NAMES[platform]}, and how what came of it is looked at:\n`,
    ...head,
    ...rows,
  ];
}

export const checksDocument = (): string =>
  [
    HEAD,
    ...PLATFORMS.flatMap((platform) => [
      `## ${NAMES[platform]}\n`,
      ...(sourcesFor(platform).length === 0
        ? ['Nothing is read yet: every check is unknown.\n']
        : [...checksOf(platform), '', ...sourcesOf(platform), '', ...actsOf(platform), '']),
    ]),
  ]
    .join('\n')
    .trimEnd() + '\n';

export const readChecksDocument = (): string => readFileSync(FILE, 'utf8');

if (import.meta.main) {
  writeFileSync(FILE, checksDocument());
  console.log('wrote docs/checks.md');
}
