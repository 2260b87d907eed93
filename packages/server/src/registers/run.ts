import { createHash } from 'node:crypto';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import type { Row } from './column.ts';
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
  | { readonly kind: 'done'; readonly plan: Plan; readonly dryRun: boolean };

interface Incoming {
  readonly rows: readonly Row[];
  /** For the audit log: where the rows are from. */
  readonly from: Readonly<Record<string, unknown>>;
}

const isNothing = ({ added, changed, gone }: Plan): boolean => added.length + changed.length + gone.length === 0;

async function record(tx: Tx, { name }: Register, plan: Plan, from: Incoming['from'], context: WriteContext) {
  const { organisation, at, by } = context;
  const { added, changed, left, gone } = plan;
  const counts = { added: added.length, changed: changed.length, left, gone: gone.length };
  const act = { organisation, at, actor: by, action: `${name}-imported`, target: `register:${name}` };
  await recordAct(tx, { ...act, detail: { ...counts, ...from } });
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
  if (dryRun) return { kind: 'done', plan, dryRun };
  const isGiven = register.name === 'devices' || (await isRegisterGiven(tx, context.organisation, register.name));
  if (!isNothing(plan) || !isGiven) {
    await register.write(tx, plan, context);
    await record(tx, register, plan, from, context);
  }
  return { kind: 'done', plan, dryRun };
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
  const rows = reading.rows.map((row) => ({ ...row, ...register.implied }));
  const from = { from: 'csv', sha256: createHash('sha256').update(bytes).digest('hex') };
  return importRows(tx, register, kept, { rows, from }, context, options);
}
