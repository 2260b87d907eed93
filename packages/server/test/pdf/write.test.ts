import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, WrittenDocument } from '../../src/pdf/document.ts';
import { writePdf } from '../../src/pdf/write.ts';
import { partsOf, readStructure } from '../support/pdf-structure.ts';

const documentOf = (blocks: readonly Block[], given: Partial<WrittenDocument> = {}): WrittenDocument => ({
  name: 'Breach report BR-2026-000041',
  council: 'Cyngor Tŷ & Dŵr',
  marking: 'OFFICIAL-SENSITIVE',
  writtenAt: Date.parse('2026-06-04T08:32:00Z'),
  heading: 'A storage device appears to have been plugged into laptop DBC-04127',
  warning: 'Read before sending.',
  lead: ['Mae’r ŵ a’r ŷ yma: Ŵ Ŷ ŵ ŷ â ê î ô û.'],
  sections: [{ heading: 'What happened', blocks }],
  ...given,
});

const written = (document: WrittenDocument) => buffer(writePdf(document));
const structureOf = async (blocks: readonly Block[], given: Partial<WrittenDocument> = {}) =>
  readStructure(await written(documentOf(blocks, given)));

const ALL: readonly Block[] = [
  { kind: 'text', text: 'A paragraph.' },
  { kind: 'subheading', text: 'Closer' },
  { kind: 'facts', caption: 'Facts', facts: [{ name: 'Where', value: 'At home\nor not' }] },
  { kind: 'list', items: ['one', 'two'] },
  { kind: 'table', caption: 'Findings', head: ['When', 'What'], rows: [['today', 'fail']], rowHeads: true },
];

describe('a PDF', () => {
  it('says what it is: marked, in British English, with a title that is shown', async () => {
    const structure = await structureOf(ALL);
    expect(structure).toMatchObject({
      marked: true,
      language: 'en-GB',
      title: 'Breach report BR-2026-000041 – Cyngor Tŷ and Dŵr',
      displaysTitle: true,
      fontsEmbedded: true,
      faults: [],
    });
    expect(structure.metadata).toContain('<pdfuaid:part>1</pdfuaid:part>');
  });

  it('has a structure of headings, lists and tables whose heads say what they are heads of', async () => {
    const { root } = await structureOf(ALL);
    const shape = (part: typeof root): unknown =>
      part.parts.length === 0 ? part.type + (part.scope ?? '') : { [part.type]: part.parts.map(shape) };
    expect(shape(root)).toEqual({
      Document: [
        'P',
        'H1',
        'P',
        'P',
        {
          Sect: [
            'H2',
            'P',
            'H3',
            { Table: ['Caption', { TBody: [{ TR: ['THRow', 'TD'] }] }] },
            { L: [{ LI: ['Lbl', 'LBody'] }, { LI: ['Lbl', 'LBody'] }] },
            {
              Table: ['Caption', { THead: [{ TR: ['THColumn', 'THColumn'] }] }, { TBody: [{ TR: ['THRow', 'TD'] }] }],
            },
          ],
        },
      ],
    });
  });

  it('goes over pages within a paragraph, a list, a row and a table, and stays whole', async () => {
    const long = 'Lorem ipsum dolor sit amet. '.repeat(400);
    const rows = Array.from({ length: 120 }, (_, row) => [`row ${row}`, row === 60 ? long : 'text '.repeat(row % 17)]);
    const structure = await structureOf([
      { kind: 'text', text: long },
      { kind: 'list', items: ['short', long] },
      { kind: 'facts', caption: 'Facts', facts: [{ name: 'Long', value: long }] },
      { kind: 'table', caption: 'Rows', head: ['Which', 'What'], rows },
    ]);
    expect(structure.faults).toEqual([]);
    expect(structure.pages).toBeGreaterThan(10);
    expect(partsOf(structure.root).filter(({ type }) => type === 'TH')).toHaveLength(3);
    expect(partsOf(structure.root).some(({ content }) => content.length > 2)).toBe(true);
  });

  it('is the same again, byte for byte', async () => {
    const [one, other] = [await written(documentOf(ALL)), await written(documentOf(ALL))];
    expect(one.equals(other)).toBe(true);
  });

  it('holds whatever people and devices write', async () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.constantFrom(
        '\u0000\u0007\u001b[31m',
        'x'.repeat(5000),
        'שלום עולם 123 and مرحبا بالعالم',
        '\u202Eevil\u202C',
        '😀👩‍💻🏴󠁧󠁢󠁷󠁬󠁳󠁿',
        `a${'\u0301'.repeat(500)}`,
        '<</Type/Catalog>> endobj (\\',
        '\uD800 \uFFFF',
        '',
        ' \n\n\n ',
      ),
    );
    const many = fc.array(hostile, { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(many, async ([one = '', two = '', three = '', ...more]) => {
        const structure = await structureOf(
          [
            { kind: 'text', text: one },
            { kind: 'list', items: more },
            { kind: 'facts', caption: three, facts: more.map((value) => ({ name: one, value })) },
            { kind: 'table', caption: one, head: [two, three], rows: more.map((value) => [value, two]) },
          ],
          { heading: two, marking: three, council: one, warning: two },
        );
        expect(structure.faults).toEqual([]);
        // The glyph of what the font does not have.
        expect(structure.glyphs.has('0000')).toBe(false);
      }),
      { numRuns: 8 },
    );
  });

  it('is drawn as fast as it is read, and its drawing ends with its reader', async () => {
    const rows = Array.from({ length: 5000 }, (_, row) => [`row ${row}`, 'text']);
    const stream = writePdf(documentOf([{ kind: 'table', caption: 'Rows', head: ['Which', 'What'], rows }]));
    let read = 0;
    for await (const chunk of stream) {
      read += (chunk as Buffer).length;
      if (read > 20_000) break;
    }
    expect(stream.destroyed).toBe(true);
    expect(stream.readableLength).toBeLessThan(1_000_000);
  });
});
