import { Buffer } from 'node:buffer';
import {
  decodePDFRawStream,
  PDFArray,
  PDFBool,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFPage,
  PDFRawStream,
  PDFRef,
  PDFString,
} from 'pdf-lib';

/** A part of the structure, with the parts in it, in the order in which they are heard. */
export interface Part {
  readonly type: string;
  readonly scope: string | undefined;
  readonly parts: readonly Part[];
  /** `page.mcid` of what it says itself. */
  readonly content: readonly string[];
}

export interface Structure {
  readonly marked: boolean;
  readonly language: string | undefined;
  readonly title: string | undefined;
  readonly displaysTitle: boolean;
  readonly metadata: string;
  readonly fontsEmbedded: boolean;
  readonly pages: number;
  readonly root: Part;
  /** What a screen reader would trip over; none in a document that is as it should be. */
  readonly faults: readonly string[];
  /** Glyphs that were shown, as hexadecimal numbers of the fonts' subsets. */
  readonly glyphs: ReadonlySet<string>;
}

const TOKEN = /\((?:\\.|[^\\)])*\)|<<|>>|<[0-9A-Fa-f\s]*>|[[\]]|\/[^\s<>[\]()/%]+|[^\s<>[\]()/%]+/gs;
const OPERATOR = /^[A-Za-z'"][A-Za-z0-9*'"]*$/;
const PAINTS = new Set(['Tj', 'TJ', "'", '"', 'S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'sh', 'Do']);

const nameOf = (object: PDFObject | undefined): string | undefined =>
  object instanceof PDFName ? object.decodeText() : undefined;
const textOf = (object: PDFObject | undefined): string | undefined =>
  object instanceof PDFString || object instanceof PDFHexString ? object.decodeText() : undefined;

interface Read {
  readonly faults: string[];
  readonly glyphs: Set<string>;
  readonly marked: Set<string>;
}

function readContent(stream: PDFRawStream, page: number, { faults, glyphs, marked }: Read): void {
  const code = Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
  const open: { tag: string; mcid: string | undefined }[] = [];
  let operands: string[] = [];
  for (const [token] of code.matchAll(TOKEN)) {
    if (!OPERATOR.test(token)) {
      operands.push(token);
      continue;
    }
    if (token === 'BMC' || token === 'BDC') {
      const at = operands.indexOf('/MCID');
      const mcid = at < 0 ? undefined : operands[at + 1];
      if (mcid !== undefined) marked.add(`${page}.${mcid}`);
      open.push({ tag: operands[0] ?? '', mcid });
    }
    if (token === 'EMC' && open.pop() === undefined) faults.push(`page ${page}: EMC without a beginning`);
    if (PAINTS.has(token) && !open.some(({ tag, mcid }) => mcid !== undefined || tag === '/Artifact'))
      faults.push(`page ${page}: ${token} is neither in the structure nor an artifact`);
    if (token === 'TJ')
      for (const text of operands.filter((operand) => operand.startsWith('<')))
        for (const [glyph] of text.matchAll(/[0-9A-Fa-f]{4}/g)) glyphs.add(glyph);
    operands = [];
  }
  if (open.length > 0) faults.push(`page ${page}: ${open.length} marks are never ended`);
}

function contentsOf(page: PDFPage): PDFRawStream[] {
  const contents = page.node.Contents();
  const all = contents instanceof PDFArray ? contents.asArray() : [contents];
  return all
    .map((one) => (one instanceof PDFRef ? page.doc.context.lookup(one) : one))
    .filter((one) => one instanceof PDFRawStream);
}

function readTree(pdf: PDFDocument, faults: string[]): { root: Part; owner: Map<string, PDFRef> } {
  const { context } = pdf;
  const pages = new Map(pdf.getPages().map((page, at) => [page.ref, at + 1]));
  const owner = new Map<string, PDFRef>();
  const read = (ref: PDFObject, parent: PDFObject): Part => {
    const element = context.lookup(ref, PDFDict);
    const type = nameOf(element.get(PDFName.of('S'))) ?? '';
    if (element.get(PDFName.of('P')) !== parent) faults.push(`${type}: its parent is another`);
    const attributes = element.lookup(PDFName.of('A'));
    const scope = attributes instanceof PDFDict ? nameOf(attributes.get(PDFName.of('Scope'))) : undefined;
    const kids = element.lookup(PDFName.of('K'));
    const [parts, content]: [Part[], string[]] = [[], []];
    const own = element.get(PDFName.of('Pg'));
    const say = (page: PDFObject | undefined, mcid: number) => {
      const key = `${page instanceof PDFRef ? pages.get(page) : '?'}.${mcid}`;
      if (owner.has(key)) faults.push(`${key} is in the structure twice`);
      owner.set(key, ref as PDFRef);
      content.push(key);
    };
    for (const kid of kids instanceof PDFArray ? kids.asArray() : []) {
      const value = kid instanceof PDFRef ? context.lookup(kid) : kid;
      if (value instanceof PDFNumber) say(own, value.asNumber());
      else if (value instanceof PDFDict && value.has(PDFName.of('MCID')))
        say(value.get(PDFName.of('Pg')), value.lookup(PDFName.of('MCID'), PDFNumber).asNumber());
      else parts.push(read(kid, ref));
    }
    return { type, scope, parts, content };
  };
  const treeRef = pdf.catalog.get(PDFName.of('StructTreeRoot')) as PDFRef;
  const tree = context.lookup(treeRef, PDFDict);
  const [first, ...more] = tree.lookup(PDFName.of('K'), PDFArray).asArray();
  if (first === undefined || more.length > 0) faults.push('the structure has not one root');
  const root = read(first as PDFObject, treeRef);
  checkParentTree(pdf, tree, owner, faults);
  return { root, owner };
}

/** From what stands on a page to the part that it is of: the other way round. */
function checkParentTree(pdf: PDFDocument, tree: PDFDict, owner: Map<string, PDFRef>, faults: string[]): void {
  const numbers = tree.lookup(PDFName.of('ParentTree'), PDFDict).lookup(PDFName.of('Nums'), PDFArray).asArray();
  const byKey = new Map<number, PDFObject>();
  for (let at = 0; at < numbers.length; at += 2) {
    const [key, value] = [numbers[at], numbers[at + 1]];
    if (key instanceof PDFNumber && value !== undefined) byKey.set(key.asNumber(), value);
  }
  for (const [at, page] of pdf.getPages().entries()) {
    const key = page.node.lookup(PDFName.of('StructParents'), PDFNumber).asNumber();
    const found = byKey.get(key);
    const parents = found instanceof PDFRef ? pdf.context.lookup(found, PDFArray) : (found as PDFArray);
    for (const [mcid, parent] of parents.asArray().entries())
      if (owner.get(`${at + 1}.${mcid}`) !== parent)
        faults.push(`${at + 1}.${mcid}: the parent tree says another part`);
  }
}

export const partsOf = (part: Part): Part[] => [part, ...part.parts.flatMap(partsOf)];

/** Reads a tagged PDF as a screen reader would, and says what is not as ISO 14289-1 and ISO 32000-1, 14.8, ask. */
export async function readStructure(bytes: Uint8Array): Promise<Structure> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  const { catalog, context } = pdf;
  const [faults, glyphs, marked]: [string[], Set<string>, Set<string>] = [[], new Set(), new Set()];
  for (const [at, page] of pdf.getPages().entries())
    for (const stream of contentsOf(page)) readContent(stream, at + 1, { faults, glyphs, marked });
  const { root, owner } = readTree(pdf, faults);
  for (const key of marked) if (!owner.has(key)) faults.push(`${key} is marked and in no part`);
  for (const key of owner.keys()) if (!marked.has(key)) faults.push(`${key} is in a part and on no page`);
  for (const { type, scope } of partsOf(root))
    if (type === 'TH' && scope === undefined) faults.push('a TH has no scope');
  const markInfo = catalog.lookup(PDFName.of('MarkInfo'), PDFDict);
  const viewer = catalog.lookup(PDFName.of('ViewerPreferences'), PDFDict);
  const metadata = context.lookup(catalog.get(PDFName.of('Metadata')));
  const descriptors = context
    .enumerateIndirectObjects()
    .filter(([, one]) => one instanceof PDFDict && nameOf(one.get(PDFName.of('Type'))) === 'FontDescriptor');
  return {
    marked: markInfo.lookup(PDFName.of('Marked'), PDFBool).asBoolean(),
    language: textOf(catalog.lookup(PDFName.of('Lang'))),
    title: pdf.getTitle(),
    displaysTitle: viewer.lookup(PDFName.of('DisplayDocTitle'), PDFBool).asBoolean(),
    metadata: metadata instanceof PDFRawStream ? Buffer.from(metadata.contents).toString('utf8') : '',
    fontsEmbedded:
      descriptors.length > 0 && descriptors.every(([, one]) => (one as PDFDict).has(PDFName.of('FontFile2'))),
    pages: pdf.getPageCount(),
    root,
    faults,
    glyphs,
  };
}
