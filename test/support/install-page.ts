import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.ts';

export interface Section {
  /** Such as `1 The server's package`. */
  readonly heading: string;
  readonly text: string;
}

/** The parts of a document below each heading of the second level, in their order. */
export function sectionsOf(document: string): Section[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ heading: part.slice(0, part.indexOf('\n')), text: part.slice(part.indexOf('\n') + 1) }));
}

const fences = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, inside = '']) => inside);

export const shellBlocksOf = ({ text }: Section): string[] => fences(text, 'sh');

/** The only block of a document's shell that has all of these words. */
export function blockWith(document: string, ...words: string[]): string {
  const found = sectionsOf(document)
    .flatMap(shellBlocksOf)
    .filter((block) => words.every((word) => block.includes(word)));
  const [block] = found;
  if (block === undefined || found.length > 1)
    throw new Error(`${document} has ${found.length} blocks with ${words.join(', ')}`);
  return block;
}

const DEPLOYMENT = 'docs/deployment.md';
/** What a council reads that installs a server: until devices can be enrolled. */
const INSTALLING = /^[1-5] /;

/** The shell of the install page as a reader types it, one block after the other. */
export const installBlocks = (): string[] =>
  sectionsOf(DEPLOYMENT)
    .filter(({ heading }) => INSTALLING.test(heading))
    .flatMap(shellBlocksOf);

/** The council's records, as the page gives them. */
export function organisationFile(): string {
  const [first] = sectionsOf(DEPLOYMENT).flatMap(({ text }) => fences(text, 'json'));
  if (first === undefined) throw new Error(`${DEPLOYMENT} has no organisation.json`);
  return first;
}
