import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers, spawner } from '../scripts/layers.ts';

const root = join(import.meta.dirname, '..');
const mostLines = 200;

type Lock = { readonly packages: Record<string, { readonly optionalDependencies?: Record<string, string> }> };
type Import = { readonly file: string; readonly specifier: string };

const find = (pattern: string): string[] => globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = (name: string): string[] => find(`packages/${name}/src/**/*.{ts,mjs,js}`);

// Formatting puts every import at the start of its line, so that no parser is needed.
const statement = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(statement)].map((match) => ({ file, specifier: match[1] ?? match[2] ?? '' }));
}

/** The folder of src that a file is in, or its own name where it lies directly in src; undefined outside of this src. */
function unitOf(name: string, path: string): string | undefined {
  const [, inside] = path.split(`packages/${name}/src/`);
  return inside?.split('/')[0]?.replace(/\.\w+$/, '');
}

function targetOf({ file, specifier }: Import): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

function layerOf(name: string, unit: string): number {
  const table = layers[name] ?? [];
  const at = table.findIndex((layer) => layer.includes(unit));
  return at < 0 ? table.length : at;
}

function circlesAmong(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (unit: string, path: readonly string[]): void => {
    if (path.includes(unit)) circles.push([...path.slice(path.indexOf(unit)), unit].join(' > '));
    if (path.includes(unit) || done.has(unit)) return;
    for (const next of edges.get(unit) ?? []) visit(next, [...path, unit]);
    done.add(unit);
  };
  for (const unit of edges.keys()) visit(unit, []);
  return circles;
}

function edgesOf(name: string): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const found of sources(name).flatMap(importsOf)) {
    const [from, to] = [unitOf(name, found.file), unitOf(name, targetOf(found))];
    if (!from || !to || from === to || !found.specifier.startsWith('.')) continue;
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  return edges;
}

describe.each(Object.keys(layers))('packages/%s', (name) => {
  const imports = sources(name).flatMap(importsOf);
  const relative = imports.filter((found) => found.specifier.startsWith('.'));

  it('has only folders that scripts/layers.ts places in a layer', () => {
    const folders = find(`packages/${name}/src/*/`).map((path) => posix.basename(path));
    const unplaced = folders.filter((folder) => !layers[name]?.flat().includes(folder));
    expect(unplaced, `add these to the layers of "${name}" in scripts/layers.ts`).toEqual([]);
  });

  it('imports downwards only', () => {
    const upward = relative.filter((found) => {
      const [from, to] = [unitOf(name, found.file), unitOf(name, targetOf(found))];
      return from && to && layerOf(name, to) < layerOf(name, from);
    });
    expect(upward, 'these import a layer above their own (scripts/layers.ts)').toEqual([]);
  });

  it('has no circle between its folders', () => {
    expect(circlesAmong(edgesOf(name))).toEqual([]);
  });

  it('reaches other packages by what they export', () => {
    const outside = relative.filter((found) => unitOf(name, targetOf(found)) === undefined);
    expect(outside, 'import from @beadle/shared instead').toEqual([]);
  });

  it('imports no package of the house but shared', () => {
    const forbidden = name === 'shared' ? /^@beadle\// : /^@beadle\/(agent|server)(\/|$)/;
    expect(imports.filter((found) => forbidden.test(found.specifier))).toEqual([]);
  });
});

describe('the house', () => {
  it('starts processes in one file only', () => {
    const spawning = Object.keys(layers)
      .flatMap(sources)
      .flatMap(importsOf)
      .filter((found) => /^(node:)?child_process$/.test(found.specifier) && found.file !== spawner);
    expect(spawning, `spawn through ${spawner}`).toEqual([]);
  });

  it(`explains every file of more than ${mostLines} lines in docs/decisions`, () => {
    const decisions = find('docs/decisions/*.md').map(read).join('\n');
    const long = find('{packages/*/src,scripts}/**/*.{ts,mjs,js,njk,css,scss,sql,ps1,sh}')
      .filter((path) => read(path).split('\n').length - 1 > mostLines)
      .filter((path) => !decisions.includes(path));
    expect(long, 'split these, or name each with its reason in docs/decisions').toEqual([]);
  });
});

describe('package-lock.json', () => {
  // A registry that mirrors one platform only makes npm leave the others out, and `npm ci` then refuses the file everywhere.
  it('names the optional packages of every platform', () => {
    const lock: Lock = JSON.parse(read('package-lock.json'));
    const optional = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    const paths = Object.keys(lock.packages);
    expect(optional.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)))).toEqual([]);
  });
});

describe('the reading of imports', () => {
  it.each([
    ["import { a } from './a.ts';", './a.ts'],
    ["import type { A } from './a.ts';", './a.ts'],
    ["import {\n  a,\n  b,\n} from './a.ts';", './a.ts'],
    ["import './a.ts';", './a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["const a = await import('./a.ts');", './a.ts'],
  ])('finds %j', (text, specifier) => {
    expect([...text.matchAll(statement)].map((match) => match[1] ?? match[2])).toEqual([specifier]);
  });

  it('finds none in a constant', () => {
    expect([..."export const query = 'select from x';".matchAll(statement)]).toEqual([]);
  });

  it('sees a circle', () => {
    const edges = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['a'])],
    ]);
    expect(circlesAmong(edges)).toEqual(['a > b > a']);
  });
});
