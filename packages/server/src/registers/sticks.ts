import type { Selectable } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { StickTable } from '../db/schema-people.ts';
import { KEY, line, type Row, yesOrNo } from './column.ts';
import { filledCell, inParts, type Register, type WriteContext } from './register.ts';
import { noteChanged } from './versions.ts';

/** As many as a device's document holds. */
export const MOST_STICKS = 10_000;

const keyOf = (row: Row): string => filledCell(row, 'serial').toLowerCase();

export const stickRow = (stick: Selectable<StickTable>): Row => ({
  serial: stick.serial,
  encrypts_in_hardware: stick.encrypts_in_hardware === 1 ? 'yes' : 'no',
  holder: stick.holder,
  note: stick.note,
  retired: stick.retired === 1 ? 'yes' : 'no',
});

const columnsOf = (row: Row, at: number) => ({
  serial: filledCell(row, 'serial'),
  encrypts_in_hardware: row['encrypts_in_hardware'] === 'yes' ? 1 : 0,
  holder: row['holder'] ?? null,
  note: row['note'] ?? null,
  retired: row['retired'] === 'yes' ? 1 : 0,
  changed_at: at,
});

async function change(tx: Tx, { organisation, at }: WriteContext, key: string, row: Row): Promise<void> {
  await tx
    .updateTable('sticks')
    .set(columnsOf(row, at))
    .where('organisation', '=', organisation)
    .where('serial_key', '=', key)
    .execute();
}

/** The register of memory sticks (clause 5.9): the serial decides; one that is gone is retired, and never forgotten. */
export const sticks: Register = {
  name: 'sticks',
  columns: [
    line('serial', 120, KEY),
    yesOrNo('encrypts_in_hardware'),
    line('holder', 200),
    line('note', 500),
    yesOrNo('retired'),
  ],
  keyOf,
  async read(tx, organisation) {
    const rows = await tx.selectFrom('sticks').selectAll().where('organisation', '=', organisation).execute();
    return {
      current: new Map(rows.map((stick) => [stick.serial_key, stickRow(stick)])),
      expected: new Set(rows.filter(({ retired }) => retired === 0).map(({ serial_key }) => serial_key)),
    };
  },
  check(kept, rows) {
    const keys = new Set([...kept.current.keys(), ...rows.map(keyOf)]);
    if (keys.size <= MOST_STICKS) return [];
    return [{ index: 0, column: 'serial', expected: `at most ${MOST_STICKS} sticks in the register` }];
  },
  async write(tx, { added, changed, gone }, context) {
    const { organisation, at } = context;
    for (const part of inParts(added)) {
      const rows = part.map(({ key, row }) => ({
        organisation,
        serial_key: key,
        ...columnsOf(row, at),
        created_at: at,
      }));
      await tx.insertInto('sticks').values(rows).execute();
    }
    for (const { key, row } of changed) await change(tx, context, key, row);
    for (const part of inParts(gone))
      await tx
        .updateTable('sticks')
        .set({ retired: 1, changed_at: at })
        .where('organisation', '=', organisation)
        .where('serial_key', 'in', [...part])
        .execute();
    await noteChanged(tx, 'sticks', context);
  },
};
