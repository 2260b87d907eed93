import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import Value from 'typebox/value';
import { type Document, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { REQUIRE_SCHEMAS } from '../checks/registry.ts';
import { PolicyDocument } from './document.ts';
import { expectationOf, explaining, type Path, type Problem } from './expectation.ts';
import { meaningProblems } from './meaning.ts';
import { readYaml } from './yaml.ts';

/** One error in a policy file: 1-based line and column, the path within the document, and what was expected. */
export interface PolicyError {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly expected: string;
}
export type PolicyReading =
  | { readonly ok: true; readonly policy: PolicyDocument }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

/** More than anyone mends at once; what is beyond them is told at the next reading. */
const MOST_ERRORS = 200;

/** `rules[0].require`; a key that is not a plain word is quoted, so that an error is always one line. */
function inWords(path: Path): string {
  const words = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[\w-]{1,80}$/.test(part) ? `.${part}` : `[${JSON.stringify(part.slice(0, 80))}]`;
  });
  return words.join('').replace(/^\./, '') || 'policy';
}

const pairAt = (node: unknown, part: string | number) =>
  isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === String(part)) : undefined;

function childOf(node: unknown, part: string | number): unknown {
  return isSeq(node) && typeof part === 'number' ? node.items[part] : pairAt(node, part)?.value;
}

/** The node at the path or, where there is none, the nearest above it; for `key`, the key's own node. */
function nodeAt(document: Document.Parsed, { path, at }: Problem): Node | null {
  let node: Node | null = document.contents;
  for (const [index, part] of path.entries()) {
    const key = pairAt(node, part)?.key;
    if (at === 'key' && index === path.length - 1 && isNode(key)) return key;
    const child = childOf(node, part);
    if (!isNode(child)) return node;
    node = child;
  }
  return node;
}

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : part));

function errorsOf(schema: TSchema, value: unknown) {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST_ERRORS });
  try {
    return explaining(Value.Errors(schema, value));
  } finally {
    Settings.Set({ maxErrors });
  }
}

/** What does not fit `schema`, one problem for each place. */
function shapeProblems(schema: TSchema, value: unknown, base: Path): Problem[] {
  const problems = errorsOf(schema, value).flatMap((error) =>
    expectationOf(schema, error, [...base, ...pathOf(error.instancePath)]),
  );
  const places = new Map(problems.toReversed().map((problem) => [JSON.stringify(problem.path), problem]));
  return [...places.values()];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Holds each rule's `require` against the parameters of the check that it names. */
function requireProblems(value: unknown): Problem[] {
  if (!isRecord(value) || !Array.isArray(value['rules'])) return [];
  return value['rules'].flatMap((rule: unknown, index) => {
    if (!isRecord(rule) || typeof rule['check'] !== 'string' || !isRecord(rule['require'])) return [];
    const schema = Object.hasOwn(REQUIRE_SCHEMAS, rule['check']) ? REQUIRE_SCHEMAS[rule['check']] : undefined;
    return schema === undefined ? [] : shapeProblems(schema, rule['require'], ['rules', index, 'require']);
  });
}

function problemsOf(value: unknown): Problem[] {
  const shape = [...shapeProblems(PolicyDocument, value, []), ...requireProblems(value)];
  return shape.length > 0 ? shape : meaningProblems(value as PolicyDocument);
}

/** 1-based, in UTF-16 units as editors count them. */
function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(offset, 0)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Reads a policy file. Never throws on bad input: every error says where it is and what was expected. */
export function readPolicy(file: string): PolicyReading {
  const text = file.replace(/^\uFEFF/, '');
  const yaml = readYaml(text);
  const errorAt = (offset: number, { path, expected }: Pick<Problem, 'path' | 'expected'>): PolicyError => ({
    ...positionOf(text, offset),
    path: inWords(path),
    expected,
  });
  if ('faults' in yaml)
    return { ok: false, errors: yaml.faults.slice(0, MOST_ERRORS).map((fault) => errorAt(fault.offset, fault)) };
  const value: unknown = yaml.document.toJS();
  const problems = problemsOf(value);
  if (problems.length === 0) return { ok: true, policy: value as PolicyDocument };
  const errors = problems
    .slice(0, MOST_ERRORS)
    .map((problem) => errorAt(nodeAt(yaml.document, problem)?.range?.[0] ?? 0, problem));
  return { ok: false, errors: errors.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}
