import PDFDocument from 'pdfkit';
import { asSeen, hasRightToLeft } from './direction.ts';
import type { WrittenDocument } from './document.ts';
import { type Face, fontOf, isCovered } from './fonts.ts';
import { printable } from './printable.ts';
import { wrap } from './wrap.ts';

/** A part of the document's structure, such as a `TD`: what is heard, in its order (ISO 32000-1, 14.8.4). */
export interface Part {
  readonly type: string;
  readonly element: PDFKit.PDFStructureElement;
}

/** A new part at the end of another. */
export function partOf({ pdf }: Pick<Canvas, 'pdf'>, { element }: Part, type: string, options: object = {}): Part {
  const part = pdf.struct(type, options);
  element.add(part);
  return { type, element: part };
}

/** How a text is set; `size` in points. */
export interface Style {
  readonly face: Face;
  readonly size: number;
}

/** A4, in points. */
const PAGE = { width: 595.28, height: 841.89 } as const;
const MARGIN = { side: 54, top: 72, bottom: 72 } as const;
const EDGE = 36;
const LEADING = 1.4;
const INK = '#0b0c0c';
const RULE = '#b1b4b6';
const SMALL: Style = { face: 'regular', size: 8.5 };
const MARK: Style = { face: 'bold', size: 9.5 };

export const WIDTH = PAGE.width - 2 * MARGIN.side;
export const heightOf = ({ size }: Style): number => size * LEADING;

/** Pages on which lines are written from the top; nothing is kept of one that is full. */
export interface Canvas {
  readonly pdf: PDFKit.PDFDocument;
  /** How much is left of the page, in points. */
  room: () => number;
  /** At the top of a page, where nothing has been written yet. */
  isAtTop: () => boolean;
  turn: () => void;
  /** Goes down by so many points. */
  down: (points: number) => void;
  lines: (text: string, width: number, style: Style) => string[];
  /** Writes lines below each other as content of the part, and does not go down. They must fit. */
  put: (part: Part, lines: readonly string[], x: number, style: Style) => void;
  /** The same for what no reader has to hear: repeated heads. */
  decorate: (lines: readonly string[], x: number, style: Style) => void;
  rule: () => void;
}

/** The title stands unescaped in the metadata's XML. */
const titleOf = ({ name, council }: WrittenDocument): string =>
  printable(`${name} – ${council}`, isCovered).replaceAll('&', 'and').replaceAll(/[<>]/g, '');

function openPdf(document: WrittenDocument): PDFKit.PDFDocument {
  const pdf = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/UA' as never,
    tagged: true,
    lang: 'en-GB',
    displayTitle: true,
    autoFirstPage: false,
    font: null as never,
    info: {
      Title: titleOf(document),
      Creator: 'Beadle',
      Producer: 'Beadle',
      CreationDate: new Date(document.writtenAt),
    },
  });
  for (const face of ['regular', 'bold'] as const) pdf.registerFont(face, fontOf(face) as never);
  return pdf;
}

/** One line; where it has letters that run the other way, with what it says in the order in which it is read. */
function drawLine(pdf: PDFKit.PDFDocument, line: string, x: number, y: number): void {
  if (line === '') return;
  if (!hasRightToLeft(line)) {
    pdf.text(line, x, y, { lineBreak: false });
    return;
  }
  pdf.markContent('Span', { actual: line });
  const space = pdf.widthOfString(' ');
  let at = x;
  // Word by word: a space that is set with a word of such a script comes to stand before it.
  for (const word of asSeen(line).trimEnd().split(' ')) {
    pdf.text(word, at, y, { lineBreak: false });
    at += pdf.widthOfString(word) + space;
  }
  pdf.endMarkedContent();
}

/** Where the next line goes, in points from the top; 0 pages: before the first. */
interface Place {
  y: number;
  page: number;
}

interface Pen {
  readonly pdf: PDFKit.PDFDocument;
  readonly place: Place;
}

const use = (pdf: PDFKit.PDFDocument, { face, size }: Style) => pdf.font(face, size).fillColor(INK);

function draw({ pdf, place }: Pen, lines: readonly string[], x: number, style: Style): void {
  use(pdf, style);
  for (const [at, line] of lines.entries()) drawLine(pdf, line, MARGIN.side + x, place.y + at * heightOf(style));
}

/** What is seen and not heard. */
function artifact(pdf: PDFKit.PDFDocument, type: 'Pagination' | 'Layout', work: () => void): void {
  pdf.markContent('Artifact', { type });
  work();
  pdf.endMarkedContent();
}

function linesOf(pdf: PDFKit.PDFDocument, text: string, width: number, style: Style): string[] {
  use(pdf, style);
  return wrap(printable(text, isCovered), width, (part) => pdf.widthOfString(part));
}

/** The head and the foot of a page: one line each, which must not run into what stands beside it. */
function drawEdges(pen: Pen, { marking, name }: WrittenDocument): void {
  const { pdf, place } = pen;
  const first = (text: string, width: number, style: Style) => linesOf(pdf, text, width, style).slice(0, 1);
  artifact(pdf, 'Pagination', () => {
    place.y = EDGE;
    draw(pen, first(marking, WIDTH, MARK), 0, MARK);
    place.y = PAGE.height - EDGE - heightOf(MARK);
    draw(pen, first(marking, WIDTH, MARK), 0, MARK);
    place.y -= heightOf(SMALL);
    draw(pen, first(name, WIDTH - 60, SMALL), 0, SMALL);
    const number = `Page ${place.page}`;
    draw(pen, [number], WIDTH - use(pdf, SMALL).widthOfString(number), SMALL);
  });
  place.y = MARGIN.top;
}

function drawRule({ pdf, place: { y } }: Pen): void {
  const [from, to] = [MARGIN.side, MARGIN.side + WIDTH];
  artifact(pdf, 'Layout', () => pdf.lineWidth(0.5).strokeColor(RULE).moveTo(from, y).lineTo(to, y).stroke());
}

export function openCanvas(document: WrittenDocument): Canvas {
  const pdf = openPdf(document);
  const place: Place = { y: 0, page: 0 };
  const pen = { pdf, place };
  return {
    pdf,
    room: () => (place.page === 0 ? 0 : PAGE.height - MARGIN.bottom - place.y),
    isAtTop: () => place.y === MARGIN.top,
    turn: () => {
      pdf.addPage();
      place.page += 1;
      drawEdges(pen, document);
    },
    down: (points) => {
      place.y += points;
    },
    lines: (text, width, style) => linesOf(pdf, text, width, style),
    put: ({ type, element }, written, x, style) => {
      const content = pdf.markStructureContent(type);
      draw(pen, written, x, style);
      pdf.endMarkedContent();
      element.add(content);
    },
    decorate: (written, x, style) => artifact(pdf, 'Layout', () => draw(pen, written, x, style)),
    rule: () => drawRule(pen),
  };
}
