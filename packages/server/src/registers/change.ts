import type { Random } from '@beadle/shared';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { type FieldProblem, problem } from '../errors.ts';
import type { Row } from './column.ts';
import { planImport } from './plan.ts';
import type { Register, Source, WriteContext } from './register.ts';

/** A value of a request's body as a cell would have it. */
export type Given = string | boolean | readonly string[] | null;

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function textOf(given: Given): string {
  if (given === null) return '';
  if (typeof given === 'boolean') return given ? 'yes' : 'no';
  return typeof given === 'string' ? given.trim() : given.join(';');
}

/** A body's fields as a row, read as a file's cells are. Throws `validation`. */
export function rowOfBody({ columns }: Register, body: Readonly<Record<string, Given | undefined>>): Row {
  const row: Record<string, string | null> = {};
  const wrong: FieldProblem[] = [];
  for (const [field, given] of Object.entries(body)) {
    const column = columns.find(({ name }) => name === snake(field));
    if (column === undefined || given === undefined) continue;
    const text = textOf(given);
    const value = text === '' ? column.empty : column.read(text);
    if (value === undefined) wrong.push({ field: `body.${field}`, expected: column.expected });
    else row[column.name] = value;
  }
  const [first] = wrong;
  if (first !== undefined) throw problem('validation', `${first.field}: expected ${first.expected}`, wrong);
  return row;
}

export interface ChangeDeps {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly random: Random;
}

interface Wanted {
  readonly register: Register;
  readonly row: Row;
  /** Whether a row that is not there yet is made. */
  readonly make: boolean;
  /** Keys for the audit log's detail and target: a noun such as `person`. */
  readonly noun: string;
}

/** Changes one row of a register, or makes it; false where it is not there. */
export async function changeRow(deps: ChangeDeps, caller: Caller, wanted: Wanted): Promise<boolean> {
  const { register, row, make, noun } = wanted;
  const { organisation } = caller;
  const at = deps.clock.now();
  const context: WriteContext = {
    organisation,
    at,
    by: actorOf(caller),
    random: deps.random,
    source: 'csv' satisfies Source,
  };
  return inTransaction(deps.db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const kept = await register.read(tx, organisation, 'csv');
    const key = register.keyOf(row);
    const before = kept.current.get(key);
    if (before === undefined && !make) return false;
    const whole = { ...before, ...row };
    const [wrong] = register.check?.(kept, [whole]) ?? [];
    if (wrong !== undefined) {
      const field = { field: `body.${camel(wrong.column)}`, expected: wrong.expected };
      throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
    }
    const plan = planImport({ ...register, current: kept.current, expected: new Set(), incoming: [row] });
    if (plan.added.length + plan.changed.length === 0) return true;
    await register.write(tx, plan, context);
    const action = before === undefined ? `${noun}-registered` : `${noun}-changed`;
    const detail = { changed: plan.changed[0]?.columns ?? Object.keys(row) };
    await recordAct(tx, { organisation, at, actor: context.by, action, target: `${noun}:${key}`, detail });
    return true;
  });
}
