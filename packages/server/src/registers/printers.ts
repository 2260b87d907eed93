import { PRINTER_CLASSES } from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { PrinterTable } from '../db/schema-people.ts';
import { newId } from '../ids.ts';
import { KEY, line, oneOf, type Row } from './column.ts';
import { filledCell, inParts, type Register, type WriteContext } from './register.ts';
import { noteChanged } from './versions.ts';

/** As many as a device's document holds. */
export const MOST_PRINTERS = 2000;

const keyOf = (row: Row): string => filledCell(row, 'pattern').toLowerCase();

export const printerRow = (printer: Pick<Selectable<PrinterTable>, 'pattern' | 'class' | 'note'>): Row => ({
  pattern: printer.pattern,
  class: printer.class,
  note: printer.note,
});

const columnsOf = (row: Row, { at, by }: WriteContext) => ({
  pattern: filledCell(row, 'pattern'),
  class: filledCell(row, 'class'),
  note: row['note'] ?? null,
  classified_by: by,
  classified_at: at,
});

async function change(tx: Tx, context: WriteContext, key: string, row: Row): Promise<void> {
  await tx
    .updateTable('printers')
    .set(columnsOf(row, context))
    .where('organisation', '=', context.organisation)
    .where('pattern_key', '=', key)
    .execute();
}

/** Each printer is classified once for the whole fleet (clause 5.14); one that is gone is not classified any longer. */
export const printers: Register = {
  name: 'printers',
  columns: [
    line('pattern', 300, KEY),
    oneOf('class', PRINTER_CLASSES, { needed: true, empty: undefined }),
    line('note', 500),
  ],
  keyOf,
  async read(tx, organisation) {
    const rows = await tx.selectFrom('printers').selectAll().where('organisation', '=', organisation).execute();
    const current = new Map(rows.map((printer) => [printer.pattern_key, printerRow(printer)]));
    return { current, expected: new Set(current.keys()) };
  },
  check(kept, rows) {
    const keys = new Set([...kept.current.keys(), ...rows.map(keyOf)]);
    if (keys.size <= MOST_PRINTERS) return [];
    return [{ index: 0, column: 'pattern', expected: `at most ${MOST_PRINTERS} patterns in the register` }];
  },
  async write(tx, { added, changed, gone }, context) {
    const { organisation, at, random } = context;
    for (const part of inParts(added)) {
      const rows = part.map(({ key, row }) => ({
        organisation,
        id: newId(at, random),
        pattern_key: key,
        ...columnsOf(row, context),
      }));
      await tx.insertInto('printers').values(rows).execute();
    }
    for (const { key, row } of changed) await change(tx, context, key, row);
    for (const part of inParts(gone))
      await tx
        .deleteFrom('printers')
        .where('organisation', '=', organisation)
        .where('pattern_key', 'in', [...part])
        .execute();
    await noteChanged(tx, 'printers', context);
  },
};
