import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import nodes from '../bundle/nodes.json' with { type: 'json' };
import { sha256Of } from '../bundle/published-node.ts';
import { type Component, npmPurl } from './sbom.ts';

const root = join(import.meta.dirname, '../..');
const texts = join(import.meta.dirname, 'licences');

type Outputs = Pick<Metafile, 'outputs'>;

/** What a package contains of others, and under which terms. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly text: string;
  /** By which the lists of vulnerabilities know it, where they do. */
  readonly purl?: string;
  readonly cpe?: string;
}

/** Licences that let Beadle be handed out under its own, as long as their texts go with it. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Zlib',
  // SQLite, which is in the public domain.
  'blessing',
  // The fonts of the reports, whose terms are in no list of SPDX.
  'LicenseRef-DejaVu',
]);

/** Packages whose package.json names no SPDX licence; each was read. */
const AS_READ: Readonly<Record<string, string>> = {
  'dejavu-fonts-ttf': 'LicenseRef-DejaVu',
  'png-js': 'MIT',
};

/** Every id must be on the list, whether joined by AND or OR: so far no package leaves a choice. */
function refuseOtherLicences(name: string, licence: string): void {
  const ids = licence.split(/\s+(?:AND|OR)\s+|[()]/).filter((id) => id.trim() !== '');
  const refused = ids.filter((id) => !ALLOWED.has(id.trim()));
  if (ids.length === 0 || refused.length > 0)
    throw new Error(`${name} is under ${licence || 'no licence'}, which scripts/package/licences.ts does not allow.`);
}

/** The section of a README that is the whole licence, as some packages have it nowhere else. */
function inReadme(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^readme\.md$/i.test(name));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  return text.match(/^#+ *licen[cs]e\s+([\s\S]*Permission is hereby granted[\s\S]*?)(?=^#|$(?![\s\S]))/im)?.[1];
}

/** The text in the package, or the one that its authors keep elsewhere and that was put into `licences/` by hand. */
function textOf(folder: string, name: string): string {
  const files = readdirSync(folder).filter((file) => /^(\w+_)?(licen[cs]e|copying|notice)(\W|$)/i.test(file));
  const found = files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8'));
  const byHand = join(texts, `${name}.txt`);
  if (found.length === 0 && existsSync(byHand)) found.push(readFileSync(byHand, 'utf8'));
  const text = found.length > 0 ? found.join('\n\n') : inReadme(folder);
  if (text === undefined) throw new Error(`${name} comes without the text of its licence: put it into ${byHand}.`);
  return text.replaceAll('\r\n', '\n').trim();
}

/** The package of npm in `folder`. Throws where its licence is missing or not on the list. */
export function licensed(folder: string): Licensed {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version }: { name: string; version: string } = about;
  const licence: string = AS_READ[name] ?? (typeof about.license === 'string' ? about.license : '');
  refuseOtherLicences(name, licence);
  return { name, version, licence, text: textOf(folder, name), purl: npmPurl(name, version) };
}

/** Folders below the project of the packages of npm of which something is in a bundle; the project's own are left out. */
export function packagesIn({ outputs }: Outputs): readonly string[] {
  const paths = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = paths.flatMap((path) => {
    const at = path.lastIndexOf('node_modules/');
    const inside = path.slice(at).match(/^node_modules\/(?:@[^/]+\/)?[^/]+/);
    return at < 0 || inside === null ? [] : [`${path.slice(0, at)}${inside[0]}`];
  });
  return [...new Set(folders)].toSorted();
}

/** What is in better-sqlite3's addon beside it. */
function sqlite(): Licensed {
  const header = readFileSync(join(root, 'node_modules/better-sqlite3/deps/sqlite3/sqlite3.h'), 'utf8');
  const version = header.match(/^#define SQLITE_VERSION +"([\d.]+)"/m)?.[1];
  const text = header.match(/\*\* (The author disclaims copyright[\s\S]*?)\n\*{5,}/)?.[1];
  if (version === undefined || text === undefined) throw new Error('sqlite3.h tells no version, or no licence.');
  const cpe = `cpe:2.3:a:sqlite:sqlite:${version}:*:*:*:*:*:*:*`;
  return { name: 'sqlite', version, licence: 'blessing', text: text.replaceAll(/^\*\* ?/gm, '').trim(), cpe };
}

/**
 * Everything of others in a bundle, by what esbuild wrote into it; its paths are relative to the project. Node is not among
 * it: it lies beside (`nodeLicensed`).
 */
export function licencesOf(metafile: Outputs): readonly Licensed[] {
  const found = packagesIn(metafile).map((folder) => licensed(join(root, folder)));
  return found.some(({ name }) => name === 'better-sqlite3') ? [...found, sqlite()] : found;
}

/** Node itself, whose own text names all that it is made of. */
export function nodeLicensed(): Licensed {
  const path = join(texts, `node-${nodes.version}.txt`);
  if (!existsSync(path)) throw new Error(`Put the file LICENSE of Node ${nodes.version} into ${path}.`);
  return { name: 'node', version: nodes.version, licence: 'MIT', text: readFileSync(path, 'utf8').trim() };
}

/** The Node of a package for its bill of materials: by `file`, byte for byte. What it is made of, this same version says. */
export function nodeComponent(file: string): Component {
  // Neither is a part: they number interfaces.
  const { node, modules: _modules, napi: _napi, ...parts } = process.versions;
  if (node !== nodes.version) throw new Error(`Build with Node ${nodes.version}: this is ${node}.`);
  return {
    type: 'platform',
    name: 'node',
    version: node,
    licence: 'MIT',
    cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
    sha256: sha256Of(file),
    components: Object.entries(parts).flatMap(([name, version]) =>
      version === undefined ? [] : [{ type: 'library' as const, name, version }],
    ),
  };
}

/** What was compiled into a program of ours, whose text is in `licences/`. */
export const compiledIn = (name: string, version: string, licence: string): Licensed => ({
  name,
  version,
  licence,
  text: readFileSync(join(texts, `${name}.txt`), 'utf8').trim(),
});

/** As parts of a bill of materials. */
export const componentsOf = (parts: readonly Licensed[]): readonly Component[] =>
  parts.map(({ text: _text, ...part }) => ({ type: 'library', ...part }));

const RULE = '='.repeat(80);

/** The file of licences that goes into a package: each part with its text, in one order. */
export function licencesText(parts: readonly Licensed[]): string {
  const once = new Map(parts.map((part) => [`${part.name} ${part.version}`, part]));
  const all = [...once].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    'Beadle is under the Apache License 2.0, in the file LICENSE. It contains work of others under these terms:',
    '',
    ...all.flatMap(([title, { licence, text }]) => [RULE, `${title} (${licence})`, RULE, '', text, '']),
  ].join('\n');
}
