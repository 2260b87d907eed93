import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

// No PowerShell can be had here: its scripts are read with a grammar of its language.
const require = createRequire(import.meta.url);

async function createParser(): Promise<Parser> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));
  return parser;
}
let parser: Promise<Parser> | undefined;

export async function parseScript(text: string): Promise<Node> {
  const tree = (await (parser ??= createParser())).parse(text);
  if (tree === null) throw new Error('no tree');
  return tree.rootNode;
}

/** The node and all below it, in the order of the text. */
export const nodesOf = (node: Node): readonly Node[] => [node, ...node.children.flatMap((child) => nodesOf(child))];

export const ofType = (root: Node, type: string): readonly Node[] => nodesOf(root).filter((node) => node.type === type);

/** Places, from 1, where the text is not of the language. */
export const errorsIn = (root: Node): readonly string[] =>
  nodesOf(root)
    .filter((node) => node.isError || node.isMissing)
    .map(({ startPosition: { row, column } }) => `${row + 1}:${column + 1}`);

/** What stands in the text apart from comments and strings. */
export const tokensOf = (root: Node): readonly string[] =>
  root.type === 'comment' || root.type.endsWith('string_literal')
    ? []
    : root.childCount === 0
      ? [root.text]
      : root.children.flatMap((child) => tokensOf(child));
