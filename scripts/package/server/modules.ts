import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

interface Entry {
  /** Of a workspace, whose folder `resolved` then is. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lock = Readonly<Record<string, Entry>>;

/** Only compiles the stylesheet, which is compiled when the package is made. */
const BUILDS_ONLY = new Set(['sass']);

/** Where Node finds `name` from the package at `from`, by the folders that npm has made; undefined where npm left it out. */
function placeOf(lock: Lock, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock[place] !== undefined) return place;
    if (at === '') return undefined;
  }
}

/**
 * The folders of the npm packages that the server runs with, as package-lock.json has them, such as `node_modules/pg`.
 * Workspaces are passed through and not named. Throws where one that is needed is not installed.
 */
export function modulesOf(root: string, workspace: string): string[] {
  const lock = (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
  const [found, seen] = [new Set<string>(), new Set<string>()];
  const visit = (from: string): void => {
    if (seen.has(from)) return;
    seen.add(from);
    const { dependencies = {}, optionalDependencies = {} } = lock[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (BUILDS_ONLY.has(name)) continue;
      const place = placeOf(lock, from, name);
      if (place !== undefined && lock[place]?.link === true) {
        visit(lock[place]?.resolved ?? place);
      } else if (place !== undefined && existsSync(join(root, place))) {
        found.add(place);
        visit(place);
      } else if (!Object.hasOwn(optionalDependencies, name)) {
        throw new Error(`${name}, which ${from} needs, is not installed: run npm ci.`);
      }
    }
  };
  visit(workspace);
  return [...found].toSorted();
}

/** Source maps and types: half of all files, and of use to developers alone. */
const FOR_DEVELOPERS = /\.(map|d\.[cm]?ts)$/;

/** Of better-sqlite3 what its entry loads on this kind of machine: of the rest, SQLite's source and seven other addons. */
function isWanted(module: string, path: string, addon: string): boolean {
  const [first = '', second] = path.split(sep);
  if (first === 'node_modules' || FOR_DEVELOPERS.test(path)) return false;
  if (module !== 'node_modules/better-sqlite3') return true;
  if (first === 'prebuilds') return second === undefined || second === `${addon}.node`;
  return !['deps', 'src', 'binding.gyp'].includes(first);
}

/** Copies those packages into `target`; what lies nested in one is a package of its own. */
export function copyModules(root: string, target: string, modules: readonly string[], addon: string): void {
  for (const module of modules) {
    const from = join(root, module);
    cpSync(from, join(target, module), {
      recursive: true,
      dereference: true,
      filter: (path) => isWanted(module, relative(from, path), addon),
    });
  }
}
