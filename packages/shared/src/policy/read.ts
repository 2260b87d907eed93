import Value from 'typebox/value';
import type { TSchema } from 'typebox';
import { isMap, isScalar, LineCounter, type Node, parseDocument, type Document } from 'yaml';
import { REQUIRE_SCHEMAS } from '../checks/registry.ts';
import { expectationOf, type Path } from './expectation.ts';
import { PolicyDocument } from './document.ts';

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

interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}
interface Problem {
  readonly path: Path;
  /** Errors about a key itself point at the key, not at its value. */
  readonly at: 'key' | 'value';
  readonly expected: string;
}

const inWords = (path: Path): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  ) || 'policy';

/** The node at `path`, or the nearest one above it; for `key`, the key's own node. */
function nodeAt({ document }: Source, { path, at }: Problem): Node | null | undefined {
  if (at === 'key') {
    const parent = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))
      : undefined;
    if (isScalar(pair?.key)) return pair.key;
  }
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node;
  }
  return document.contents;
}

function locate(source: Source, problem: Problem): PolicyError {
  const offset = nodeAt(source, problem)?.range?.[0] ?? 0;
  const { line, col } = source.lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1), path: inWords(problem.path), expected: problem.expected };
}

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** What does not fit `schema`, one problem for each place, the outermost explanation of it. */
function shapeProblems(schema: TSchema, value: unknown, base: Path): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of Value.Errors(schema, value)) {
    const path = [...base, ...pathOf(error.instancePath)];
    for (const problem of expectationOf(schema, error, path)) {
      const key = JSON.stringify(problem.path);
      if (!problems.has(key)) problems.set(key, problem);
    }
  }
  return [...problems.values()];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function requireProblems(value: unknown): Problem[] {
  if (!isRecord(value) || !Array.isArray(value['rules'])) return [];
  return value['rules'].flatMap((rule: unknown, index) => {
    if (!isRecord(rule) || typeof rule['check'] !== 'string' || !isRecord(rule['require'])) return [];
    const schema = REQUIRE_SCHEMAS[rule['check']];
    return schema === undefined ? [] : shapeProblems(schema, rule['require'], ['rules', index, 'require']);
  });
}

/** The schema cannot say that ids differ, nor that a date exists. */
function meaningProblems(policy: PolicyDocument): Problem[] {
  const seen = new Set<string>();
  const duplicates = policy.rules.flatMap((rule, index): Problem[] => {
    const duplicate = seen.has(rule.id);
    seen.add(rule.id);
    return duplicate
      ? [{ path: ['rules', index, 'id'], at: 'value', expected: `an id that no other rule has, not "${rule.id}"` }]
      : [];
  });
  const dates = (['effectiveFrom', 'reviewBy'] as const).flatMap((key): Problem[] =>
    dateExists(policy[key]) ? [] : [{ path: [key], at: 'value', expected: 'a date that exists' }],
  );
  const order: Problem[] =
    dates.length === 0 && policy.reviewBy < policy.effectiveFrom
      ? [{ path: ['reviewBy'], at: 'value', expected: 'a date on or after effectiveFrom' }]
      : [];
  return [...duplicates, ...dates, ...order];
}

const dateExists = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};

function syntaxErrors({ document, lines }: Source): PolicyError[] {
  return [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const message = error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? error.code;
    return { line, column: col, path: 'policy', expected: `valid YAML: ${message}` };
  });
}

/** Aliases are refused: nothing in a policy needs them, and they can blow a document up. */
function aliasErrors(text: string, source: Source): PolicyError[] {
  try {
    source.document.toJS({ maxAliasCount: 0 });
    return [];
  } catch {
    const offset = text.search(/(^|[\s:[{,-])\*[^\s]/m);
    const { line, col } = source.lines.linePos(Math.max(offset, 0));
    return [{ line, column: col, path: 'policy', expected: 'no YAML aliases' }];
  }
}

/** Reads a policy file (YAML 1.2). Never throws on bad input: every error says where and what was expected. */
export function readPolicy(text: string): PolicyReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true, lineCounter: lines, prettyErrors: false });
  const source = { document, lines };
  const syntax = syntaxErrors(source);
  if (syntax.length > 0) return { ok: false, errors: syntax };
  const aliases = aliasErrors(text, source);
  if (aliases.length > 0) return { ok: false, errors: aliases };
  const value: unknown = document.toJS();
  const shape = [...shapeProblems(PolicyDocument, value, []), ...requireProblems(value)];
  const problems = shape.length > 0 ? shape : meaningProblems(value as PolicyDocument);
  if (problems.length === 0) return { ok: true, policy: value as PolicyDocument };
  const errors = problems.map((problem) => locate(source, problem));
  return { ok: false, errors: errors.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}
