import { createHash } from 'node:crypto';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { forgetByHand, readByHand } from '../db/hand-changes.ts';
import { lockOrganisation } from '../db/locks.ts';
import type { Row } from './column.ts';
import { type Overruled, overruledBy } from './overruled.ts';
import { type CsvProblem, readCsv } from './csv.ts';
import { devices } from './devices.ts';
import { isTooMuchGone, type Plan, planImport } from './plan.ts';
import { people } from './people.ts';
import { printers } from './printers.ts';
import type { Kept, Register, RegisterName, WriteContext } from './register.ts';
import { sticks } from './sticks.ts';

export const registers: Readonly<Record<RegisterName, Register>> = { people, devices, sticks, printers };

export interface ImportOptions {
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** The list is the whole register: what it does not have goes. Else what it does not have stays. */
  readonly whole: boolean;
  /** More than a fifth may go. */
  readonly evenMany: boolean;
}

export type Outcome =
  | { readonly kind: 'refused'; readonly problems: readonly CsvProblem[] }
  | { readonly kind: 'too-many-gone'; readonly plan: Plan; readonly expected: number }
  | {
      readonly kind: 'done';
      readonly plan: Plan;
      readonly dryRun: boolean;
      /** What people had changed by hand, and the list says otherwise: the list is taken at its word. */
      readonly overruled: readonly Overruled[];
    };

interface Incoming {
  readonly rows: readonly Row[];
  /** For the audit log: where the rows are from. */
  readonly from: Readonly<Record<string, unknown>>;
}

const isNothing = ({ added, changed, gone }: Plan): boolean => added.length + changed.length + gone.length === 0;

/** Of what was taken back by hand the audit log has so many entries; the count is always whole. */
const MOST_OVERRULED = 100;

interface Carried {
  readonly plan: Plan;
  readonly overruled: readonly Overruled[];
  readonly from: Incoming['from'];
}

async function record(tx: Tx, { name }: Register, { plan, overruled, from }: Carried, context: WriteContext) {
  const { organisation, at, by } = context;
  const { added, changed, left, gone } = plan;
  const counts = { added: added.length, changed: changed.length, left, gone: gone.length };
  const act = { organisation, at, actor: by, action: `${name}-imported`, target: `register:${name}` };
  const taken =
    overruled.length === 0
      ? {}
      : {
          overruled: overruled.length,
          changedByHand: overruled.slice(0, MOST_OVERRULED).map(({ key, columns }) => ({ key, columns })),
        };
  await recordAct(tx, { ...act, detail: { ...counts, ...taken, ...from } });
}

async function carryOut(tx: Tx, register: Register, carried: Carried, context: WriteContext): Promise<void> {
  const { organisation } = context;
  await register.write(tx, carried.plan, context);
  await forgetByHand(tx, { organisation, register: register.name }, carried.overruled);
  await record(tx, register, carried, context);
}

/** Holds rows that fit against the register and, unless it is a dry run, makes the register so. */
export async function importRows(
  tx: Tx,
  register: Register,
  kept: Kept,
  { rows, from }: Incoming,
  context: WriteContext,
  { dryRun, whole, evenMany }: ImportOptions,
): Promise<Outcome> {
  const { columns, keyOf } = register;
  const planned = planImport({ columns, ...kept, incoming: rows, keyOf });
  const plan = whole ? planned : { ...planned, gone: [] };
  const expected = kept.expected.size;
  if (!evenMany && isTooMuchGone(plan.gone.length, expected)) return { kind: 'too-many-gone', plan, expected };
  const { organisation } = context;
  const overruled = overruledBy(plan, await readByHand(tx, { organisation, register: register.name }));
  if (dryRun) return { kind: 'done', plan, dryRun, overruled };
  const isGiven = register.name === 'devices' || (await isRegisterGiven(tx, organisation, register.name));
  if (!isNothing(plan) || !isGiven) await carryOut(tx, register, { plan, overruled, from }, context);
  return { kind: 'done', plan, dryRun, overruled };
}

/** A register that is given for the first time is known from then on, though it be empty. */
async function isRegisterGiven(tx: Tx, organisation: string, name: string): Promise<boolean> {
  const row = await tx
    .selectFrom('registers')
    .select('name')
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes a file in, all of it or nothing. */
export async function importCsv(
  tx: Tx,
  register: Register,
  bytes: Uint8Array,
  context: WriteContext,
  options: ImportOptions,
): Promise<Outcome> {
  const reading = readCsv(bytes, register.columns, register.keyOf);
  if (!reading.ok) return { kind: 'refused', problems: reading.problems };
  // Devices are locked before the organisation wherever both are.
  if (register.name !== 'devices') await lockOrganisation(tx, context.organisation);
  const kept = await register.read(tx, context.organisation, 'csv');
  const problems = (register.check?.(kept, reading.rows) ?? []).map(({ index, column, expected }) => ({
    line: reading.lines[index] ?? 1,
    column: reading.columns.findIndex(({ name }) => name === column) + 1,
    name: column,
    expected,
  }));
  if (problems.length > 0) return { kind: 'refused', problems: problems.slice(0, 50) };
  const { implied, keyOf } = register;
  const rows = reading.rows.map((row) => ({ ...row, ...implied?.(kept.current.get(keyOf(row))) }));
  const from = { from: 'csv', sha256: createHash('sha256').update(bytes).digest('hex') };
  return importRows(tx, register, kept, { rows, from }, context, options);
}
