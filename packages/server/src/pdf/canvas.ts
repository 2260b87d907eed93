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
  pdf.markContent('Span', { actual: line } as never);
  const space = pdf.widthOfString(' ');
  let at = x;
  // Word by word: a space that is set with a word of such a script comes to stand before it.
  for (const word of asSeen(line).trimEnd().split(' ')) {
    pdf.text(word, at, y, { lineBreak: false });
    at += pdf.widthOfString(word) + space;
  }
  pdf.endMarkedContent();
}

export function openCanvas(document: WrittenDocument): Canvas {
  const pdf = openPdf(document);
  const say = (text: string) => printable(text, isCovered);
  let [y, page] = [0, 0];
  const bottom = PAGE.height - MARGIN.bottom;

  const use = ({ face, size }: Style) => pdf.font(face, size).fillColor(INK);
  const draw = (lines: readonly string[], x: number, style: Style) => {
    use(style);
    for (const [at, line] of lines.entries()) drawLine(pdf, line, MARGIN.side + x, y + at * heightOf(style));
  };
  const artifact = (type: string, work: () => void) => {
    pdf.markContent('Artifact', { type } as never);
    work();
    pdf.endMarkedContent();
  };
  const lines = (text: string, width: number, style: Style) => {
    use(style);
    return wrap(say(text), width, (part) => pdf.widthOfString(part));
  };
  /** One line of what may be longer: it must not run into what stands beside it. */
  const first = (text: string, width: number, style: Style) => lines(text, width, style).slice(0, 1);

  const edges = () => {
    artifact('Pagination', () => {
      y = EDGE;
      draw(first(document.marking, WIDTH, MARK), 0, MARK);
      y = PAGE.height - EDGE - heightOf(MARK);
      draw(first(document.marking, WIDTH, MARK), 0, MARK);
      y -= heightOf(SMALL);
      draw(first(document.name, WIDTH - 60, SMALL), 0, SMALL);
      const number = `Page ${page}`;
      use(SMALL);
      draw([number], WIDTH - pdf.widthOfString(number), SMALL);
    });
    y = MARGIN.top;
  };

  return {
    pdf,
    room: () => (page === 0 ? 0 : bottom - y),
    isAtTop: () => y === MARGIN.top,
    turn: () => {
      pdf.addPage();
      page += 1;
      edges();
    },
    down: (points) => {
      y += points;
    },
    lines,
    put: ({ type, element }, written, x, style) => {
      const content = pdf.markStructureContent(type);
      draw(written, x, style);
      pdf.endMarkedContent();
      element.add(content);
    },
    decorate: (written, x, style) => artifact('Layout', () => draw(written, x, style)),
    rule: () =>
      artifact('Layout', () =>
        pdf
          .lineWidth(0.5)
          .strokeColor(RULE)
          .moveTo(MARGIN.side, y)
          .lineTo(MARGIN.side + WIDTH, y)
          .stroke(),
      ),
  };
}
