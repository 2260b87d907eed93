import { Readable } from 'node:stream';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { type Canvas, heightOf, openCanvas, type Part, partOf, type Style, WIDTH } from './canvas.ts';
import type { Block, Section, WrittenDocument } from './document.ts';
import { drawFacts, drawTable } from './table.ts';

const BODY: Style = { face: 'regular', size: 10.5 };
const STRONG: Style = { face: 'bold', size: 10.5 };
const H1: Style = { face: 'bold', size: 18 };
const H2: Style = { face: 'bold', size: 14 };
const H3: Style = { face: 'bold', size: 11.5 };
const INDENT = 14;

interface Setting {
  readonly type: string;
  readonly style: Style;
  readonly x?: number;
  /** Lines of the text that follow that must be on the same page. */
  readonly keep?: number;
}

/** A text as one element, on as many pages as it needs. */
function writeText(canvas: Canvas, parent: Part, text: string, { type, style, x = 0, keep = 0 }: Setting): void {
  const written = partOf(canvas, parent, type);
  const lines = canvas.lines(text, WIDTH - x, style);
  const high = heightOf(style);
  if (canvas.room() < high * Math.min(lines.length, 2) + keep * heightOf(BODY)) canvas.turn();
  for (let at = 0; at < lines.length; ) {
    const take = Math.max(1, Math.floor(canvas.room() / high));
    const part = lines.slice(at, at + take);
    canvas.put(written, part, x, style);
    canvas.down(part.length * high);
    at += take;
    if (at < lines.length) canvas.turn();
  }
  written.element.end();
  canvas.down(high * 0.4);
}

function* writeList(canvas: Canvas, parent: Part, items: readonly string[]): Iterable<void> {
  const list = partOf(canvas, parent, 'L');
  for (const item of items) {
    const one = partOf(canvas, list, 'LI');
    if (canvas.room() < 2 * heightOf(BODY)) canvas.turn();
    canvas.put(partOf(canvas, one, 'Lbl'), ['• '], 0, BODY);
    writeText(canvas, one, item, { type: 'LBody', style: BODY, x: INDENT });
    yield;
  }
  list.element.end();
}

function* writeBlock(canvas: Canvas, parent: Part, block: Block): Iterable<void> {
  switch (block.kind) {
    case 'text':
      return writeText(canvas, parent, block.text, { type: 'P', style: BODY });
    case 'subheading':
      canvas.down(4);
      return writeText(canvas, parent, block.text, { type: 'H3', style: H3, keep: 3 });
    case 'list':
      return yield* writeList(canvas, parent, block.items);
    case 'facts':
      yield* drawFacts(canvas, parent, block);
      break;
    case 'table':
      yield* drawTable(canvas, parent, block);
  }
  canvas.down(12);
}

function* writeSection(canvas: Canvas, parent: Part, { heading, blocks }: Section): Iterable<void> {
  const section = partOf(canvas, parent, 'Sect');
  if (!canvas.isAtTop()) canvas.down(10);
  writeText(canvas, section, heading, { type: 'H2', style: H2, keep: 7 });
  for (const block of blocks) {
    yield* writeBlock(canvas, section, block);
    yield;
  }
  section.element.end();
}

/** Draws in steps, each a row or a paragraph at most. */
function* draw(canvas: Canvas, document: WrittenDocument): Iterable<void> {
  const root = { type: 'Document', element: canvas.pdf.struct('Document') };
  canvas.pdf.addStructure(root.element);
  canvas.turn();
  writeText(canvas, root, `${document.name}, ${document.council}`, { type: 'P', style: BODY });
  writeText(canvas, root, document.heading, { type: 'H1', style: H1 });
  if (document.warning !== null) writeText(canvas, root, document.warning, { type: 'P', style: STRONG });
  for (const text of document.lead) {
    writeText(canvas, root, text, { type: 'P', style: BODY });
    yield;
  }
  for (const section of document.sections) yield* writeSection(canvas, root, section);
  root.element.end();
}

async function* chunks(document: WrittenDocument): AsyncIterable<Buffer> {
  const canvas = openCanvas(document);
  const { pdf } = canvas;
  for (const _ of draw(canvas, document)) {
    const chunk = pdf.read() as Buffer | null;
    if (chunk !== null) yield chunk;
    // A long document must not hold up everybody else's requests.
    await turnOfOthers();
  }
  pdf.end();
  for (let chunk = pdf.read() as Buffer | null; chunk !== null; chunk = pdf.read() as Buffer | null) yield chunk;
}

/**
 * The document as a tagged PDF (PDF/UA-1, ISO 14289-1), drawn as fast as it is read. The same document gives the same
 * bytes. Nothing in it is fetched from anywhere.
 */
export const writePdf = (document: WrittenDocument): Readable => Readable.from(chunks(document), { objectMode: false });
