import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static, TObject, TSchema } from 'typebox';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import { StartError } from './errors.ts';

const PREFIX = 'BEADLE_SERVER_';
const DEFAULT_FILE = 'beadle-server.yaml';

export interface SettingsSource {
  /** The file of `--config`; without one, `beadle-server.yaml` in the working folder if it exists. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}

/** Checked against the schema, and still knowing where each value came from. */
export interface RawSettings<T> {
  readonly values: T;
  /** A setting that is a path (in a list `webhooks[0].secretFile`), made absolute: against the file's folder, or the working one for a variable. */
  path(key: string): string | undefined;
  refuse(key: string, expected: string): StartError;
}

interface Origin {
  /** `BEADLE_SERVER_PORT`, or `/etc/beadle-server.yaml: port`. */
  readonly name: string;
  readonly folder: string;
}
interface Leaf {
  readonly key: string;
  readonly schema: TSchema;
  readonly needed: boolean;
}
type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const isObjectSchema = (schema: TSchema): schema is TObject => 'properties' in schema;
/** Of a list whose items are settings themselves. */
const itemsOf = (schema: TSchema): TObject | undefined =>
  'items' in schema && isObjectSchema(schema.items as TSchema) ? (schema.items as TObject) : undefined;
const refuse = (name: string, words: string): StartError => new StartError(`${name}: ${words}.`, { exitCode: 2 });

export const variableOf = (key: string): string =>
  PREFIX +
  key
    .replaceAll('.', '_')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();

function leavesOf(schema: TObject, base = ''): Leaf[] {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const key = base === '' ? name : `${base}.${name}`;
    if (isObjectSchema(property)) return leavesOf(property, key);
    return [
      { key, schema: property, needed: (schema.required as readonly string[] | undefined)?.includes(name) ?? false },
    ];
  });
}

const get = (tree: Tree, key: string): unknown =>
  key.split(/[.[\]]+/).reduce<unknown>((at, part) => {
    if (part === '') return at;
    if (Array.isArray(at)) return at[Number(part)];
    return isTree(at) ? at[part] : undefined;
  }, tree);

function set(tree: Tree, key: string, value: unknown): void {
  const [head = '', ...rest] = key.split('.');
  if (rest.length === 0) tree[head] = value;
  else set((tree[head] = isTree(tree[head]) ? tree[head] : {}), rest.join('.'), value);
}

/** `Officers=auditor, Staff=worker`; what is no such pair is left for the schema to refuse. */
function tableFrom(text: string): unknown {
  const pairs = text.split(',').map((pair) => {
    const at = pair.lastIndexOf('=');
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()] as const;
  });
  return Object.fromEntries(pairs);
}

/** A variable is text; what the schema wants otherwise is read from it, and left for the schema to refuse where it cannot be. */
function fromText(text: string, schema: TSchema): unknown {
  const type = 'type' in schema ? schema.type : undefined;
  if (type === 'integer' && /^\d{1,9}$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (type === 'array')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  if (type === 'object') return tableFrom(text);
  return text;
}

function readFile({ file, workingFolder }: SettingsSource): { tree: Tree; path: string } {
  const path = resolve(workingFolder, file ?? DEFAULT_FILE);
  if (file === undefined && !existsSync(path)) return { tree: {}, path };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartError(`${path}: cannot be read; give the path of a settings file that exists with --config.`, {
      exitCode: 2,
      cause,
    });
  }
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw refuse(path, `expected valid YAML: ${error.message.split('\n')[0]?.replace(/:$/, '') ?? error.code}`);
  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  if (!isTree(value)) throw refuse(path, 'expected one setting a line, such as `port: 8420`');
  return { tree: structuredClone(value), path };
}

/** A key that is not known refuses to start: a misspelt setting must not be taken for one that is in force. */
function refuseUnknown(tree: Tree, schema: TObject, path: string, base = ''): void {
  for (const [name, value] of Object.entries(tree)) {
    const key = base === '' ? name : `${base}.${name}`;
    const property: TSchema | undefined = schema.properties[name];
    const known = Object.keys(schema.properties).join(', ');
    if (property === undefined) throw refuse(`${path}: ${key}`, `there is no such setting; expected one of ${known}`);
    if (!isObjectSchema(property)) continue;
    if (!isTree(value))
      throw refuse(`${path}: ${key}`, `expected settings below it: ${Object.keys(property.properties).join(', ')}`);
    refuseUnknown(value, property, path, key);
  }
}

function overlay(tree: Tree, leaves: readonly Leaf[], environment: SettingsSource['environment']): Set<string> {
  const byVariable = new Map(leaves.map((leaf) => [variableOf(leaf.key), leaf]));
  const given = new Set<string>();
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    const leaf = byVariable.get(name);
    if (leaf === undefined)
      throw refuse(name, `there is no such setting; expected one of ${[...byVariable.keys()].join(', ')}`);
    set(tree, leaf.key, fromText(text, leaf.schema));
    given.add(leaf.key);
  }
  return given;
}

const exampleOf = (schema: TSchema): string =>
  'examples' in schema && Array.isArray(schema.examples) ? JSON.stringify(schema.examples[0]) : '';
const describe = (schema: TSchema): string =>
  'description' in schema && typeof schema.description === 'string' ? schema.description : 'another value';

/** Each item of a list by itself, so that what is wrong is named by its place: `webhooks[0].url`. */
function checkItems(list: readonly unknown[], items: TObject, { name, folder }: Origin): void {
  for (const [index, item] of list.entries()) {
    const place = `${name}[${index}]`;
    if (!isTree(item)) throw refuse(place, `expected settings below it: ${Object.keys(items.properties).join(', ')}`);
    refuseUnknown(item, items, place);
    for (const leaf of leavesOf(items)) check(item, leaf, { name: `${place}.${leaf.key}`, folder });
  }
}

function check(tree: Tree, leaf: Leaf, origin: Origin): void {
  const value = get(tree, leaf.key);
  const items = itemsOf(leaf.schema);
  if (items !== undefined && Array.isArray(value)) checkItems(value, items, origin);
  const parent = leaf.key.includes('.') ? get(tree, leaf.key.slice(0, leaf.key.lastIndexOf('.'))) : tree;
  const missing = value === undefined;
  if (missing && (!leaf.needed || parent === undefined)) return;
  if (!missing && Value.Check(leaf.schema, value)) return;
  const found = missing ? 'which is missing' : `not ${JSON.stringify(value)}`;
  throw refuse(origin.name, `expected ${describe(leaf.schema)}, ${found}; write for example ${exampleOf(leaf.schema)}`);
}

export function readRaw<T extends TObject>(schema: T, source: SettingsSource): RawSettings<Static<T>> {
  const { tree, path: file } = readFile(source);
  refuseUnknown(tree, schema, file);
  const leaves = leavesOf(schema);
  const fromVariables = overlay(tree, leaves, source.environment);
  const originOf = (key: string): Origin =>
    fromVariables.has(key)
      ? { name: variableOf(key), folder: source.workingFolder }
      : { name: `${file}: ${key}`, folder: dirname(file) };
  for (const leaf of leaves) check(tree, leaf, originOf(leaf.key));
  return {
    values: tree as Static<T>,
    path: (key) => {
      const value = get(tree, key);
      return typeof value === 'string' ? resolve(originOf(key).folder, value) : undefined;
    },
    refuse: (key, expected) => refuse(originOf(key).name, `expected ${expected}`),
  };
}
