import {
  CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { Path } from './expectation.ts';

/** Something wrong in the YAML itself: where, in characters from the start, and what was expected there. */
export interface Fault {
  readonly offset: number;
  readonly path: Path;
  readonly expected: string;
}
export type YamlReading = { readonly document: Document.Parsed } | { readonly faults: readonly Fault[] };

/** A policy has some dozens of kilobytes; what is larger, or nests deeper, is refused before it is parsed. */
export const POLICY_LIMITS = { characters: 1024 * 1024, brackets: 50, indentation: 200 } as const;

const OPENS = ['flow-map-start', 'flow-seq-start'];
const CLOSES = ['flow-map-end', 'flow-seq-end'];
/** Tokens that stand for no text of their own. */
const MARKS = ['doc-mode', 'flow-error-end', 'scalar'];

interface Token {
  readonly type: string;
  readonly offset: number;
  readonly column: number;
  /** The column of the first word of its line. */
  readonly indentation: number;
}

function* tokensOf(text: string): Generator<Token> {
  let [offset, lineStart, indentation, content] = [0, 0, -1, false];
  for (const token of new Lexer().lex(text)) {
    const type = content ? 'content' : (CST.tokenType(token) ?? 'content');
    content = type === 'scalar';
    if (MARKS.includes(type)) continue;
    if (indentation < 0 && type !== 'space') indentation = offset - lineStart;
    yield { type, offset, column: offset - lineStart, indentation };
    const lineBreak = token.lastIndexOf('\n');
    if (lineBreak >= 0) [lineStart, indentation] = [offset + lineBreak + 1, -1];
    offset += token.length;
  }
}

/** Where the text nests too deeply for a parser that calls itself: by brackets, or by indentation. */
function tooDeepAt(text: string): number | undefined {
  let brackets = 0;
  for (const { type, offset, column, indentation } of tokensOf(text)) {
    if (OPENS.includes(type)) brackets += 1;
    if (CLOSES.includes(type)) brackets -= 1;
    const at =
      type === 'seq-item-ind' || type === 'explicit-key-ind' ? column : type === 'map-value-ind' ? indentation : 0;
    if (brackets > POLICY_LIMITS.brackets || at > POLICY_LIMITS.indentation) return offset;
  }
  return undefined;
}

const WORDS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'spaces as indentation, not a tab',
  MULTIPLE_DOCS: 'one policy in a file, not several',
  BAD_ALIAS: 'no YAML alias',
};

const inWords = (error: YAMLError): string =>
  WORDS[error.code] ?? `valid YAML: ${error.message.split('\n')[0] ?? error.code}`;

const refused = (offset: number, expected: string): YamlReading => ({ faults: [{ offset, path: [], expected }] });

/** Where the tag or anchor before a node begins. */
function markAt(before: string, sign: '&' | '!'): number {
  let at = before.lastIndexOf(sign);
  while (before[at - 1] === sign) at -= 1;
  return at;
}

/** What no database and no signed document keeps: a NUL (PostgreSQL has none in text), half of a surrogate pair. */
function unkeepable(text: string): string | undefined {
  if (text.includes('\0')) return 'text without the character NUL';
  return text.isWellFormed() ? undefined : 'text without half of a surrogate pair';
}

function faultsOfText(node: unknown, path: Path): Fault[] {
  if (!isScalar(node) || typeof node.value !== 'string') return [];
  const expected = unkeepable(node.value);
  return expected === undefined ? [] : [{ offset: node.range?.[0] ?? 0, path, expected }];
}

/** Aliases can blow a document up, and tags change what a value is: nothing in a policy needs either. */
function faultsOfNode(text: string, node: unknown, path: Path): Fault[] {
  if (isAlias(node)) return [{ offset: node.range?.[0] ?? 0, path, expected: 'no YAML alias' }];
  if (!isScalar(node) && !isCollection(node)) return [];
  const before = text.slice(0, node.range?.[0] ?? 0);
  return [
    ...faultsOfText(node, path),
    ...(node.anchor === undefined ? [] : [{ offset: markAt(before, '&'), path, expected: 'no YAML anchor' }]),
    ...(node.tag === undefined ? [] : [{ offset: markAt(before, '!'), path, expected: 'no YAML tag' }]),
    ...(isMap(node) ? keyFaults(node.items, path) : []),
    ...(isMap(node) ? node.items.flatMap((pair) => faultsOfPair(text, pair, path)) : []),
    ...(isSeq(node) ? node.items.flatMap((item, index) => faultsOfNode(text, item, [...path, index])) : []),
  ];
}

const faultsOfPair = (text: string, { key, value }: Pair, path: Path): Fault[] => [
  ...faultsOfNode(text, key, path),
  ...faultsOfNode(text, value, isScalar(key) ? [...path, String(key.value)] : path),
];

function keyFaults(pairs: readonly Pair[], path: Path): Fault[] {
  const seen = new Set<string>();
  return pairs.flatMap(({ key }): Fault[] => {
    if (isAlias(key)) return [];
    const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
    if (!isScalar(key) || typeof key.value !== 'string') return [{ offset, path, expected: 'a name as the key' }];
    const again = seen.has(key.value);
    seen.add(key.value);
    return again ? [{ offset, path: [...path, key.value], expected: 'this key only once in its mapping' }] : [];
  });
}

/** Parses the YAML of a policy: version 1.2 without aliases, anchors, tags and repeated keys. Never throws. */
export function readYaml(text: string): YamlReading {
  const nul = text.indexOf('\0');
  if (nul >= 0) return refused(nul, 'text without the character NUL');
  if (text.length > POLICY_LIMITS.characters) {
    return refused(POLICY_LIMITS.characters, `a policy of at most ${POLICY_LIMITS.characters} characters`);
  }
  const deep = tooDeepAt(text);
  if (deep !== undefined) return refused(deep, 'no deeper nesting');
  const document = parseDocument(text, { version: '1.2', uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  const [syntax] = document.errors;
  // What follows the first error is most often its echo.
  if (syntax !== undefined) return refused(syntax.pos[0], inWords(syntax));
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2') return refused(0, 'YAML 1.2');
  const faults = faultsOfNode(text, document.contents, []);
  return faults.length > 0 ? { faults } : { document };
}
