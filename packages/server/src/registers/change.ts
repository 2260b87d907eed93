import type { Random } from '@beadle/shared';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { forgetByHand, noteByHand, TAKEN_OUT } from '../db/hand-changes.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { type FieldProblem, problem } from '../errors.ts';
import type { Row } from './column.ts';
import { entryVersion, requireVersion } from '../entry-version.ts';
import { type Plan, planImport } from './plan.ts';
import type { Kept, Register, WriteContext } from './register.ts';

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
  /**
   * Whether the row is there: `change` finds nothing where it is not, `make` throws `conflict` where it is, and `missing`
   * leaves it as it is.
   */
  readonly mode: 'make' | 'change' | 'either' | 'missing';
  /** Of the row as it was read, where whoever changes it says so. */
  readonly version?: string | undefined;
  /** Keys for the audit log's detail and target: a noun such as `person`. */
  readonly noun: string;
}

export const contextOf = (deps: Pick<ChangeDeps, 'clock' | 'random'>, caller: Caller): WriteContext => ({
  organisation: caller.organisation,
  at: deps.clock.now(),
  by: actorOf(caller),
  random: deps.random,
  source: 'hand',
});

function requireFitting(register: Register, kept: Kept, row: Row): void {
  const [wrong] = register.check?.(kept, [row]) ?? [];
  if (wrong === undefined) return;
  const field = { field: `body.${camel(wrong.column)}`, expected: wrong.expected };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

/** For the audit log; of columns whose values are not kept for ever (`unsaid`) only that they changed. */
function told({ unsaid = [] }: Register, row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.filter((name) => !unsaid.includes(name)).map((name) => [name, row[name] ?? null]));
}

/** Carries out what a plan for one row says, with who, when and what before and after in the audit log. */
async function carryOut(tx: Tx, { register, noun }: Wanted, plan: Plan, context: WriteContext): Promise<void> {
  const { organisation, at, by } = context;
  await register.write(tx, plan, context);
  const changed = plan.changed[0];
  const one = changed ?? plan.added[0];
  if (one === undefined) return;
  const { key, row } = one;
  const columns = changed?.columns ?? Object.keys(row).filter((name) => row[name] !== null);
  const detail = {
    changed: columns,
    ...(changed === undefined ? {} : { before: told(register, changed.before, columns) }),
    after: told(register, row, columns),
  };
  const action = changed === undefined ? `${noun}-registered` : `${noun}-changed`;
  await recordAct(tx, { organisation, at, actor: by, action, target: `${noun}:${key}`, detail });
  const where = { organisation, register: register.name };
  if (changed === undefined) await forgetByHand(tx, where, [{ key, columns: [TAKEN_OUT] }]);
  const marks = columns.map((column) => ({ key, column, by, at }));
  await noteByHand(tx, where, marks);
}

/** Changes one row of a register, or makes it, in a transaction that is under way; false where it is not there. */
export async function changeRowIn(tx: Tx, wanted: Wanted, context: WriteContext): Promise<boolean> {
  const { register, row, mode, version } = wanted;
  const { organisation } = context;
  await lockOrganisation(tx, organisation);
  const kept = await register.read(tx, organisation, context.source);
  const key = register.keyOf(row);
  const before = kept.current.get(key);
  if (before === undefined && mode === 'change') return false;
  if (before !== undefined && mode === 'missing') return true;
  if (before !== undefined && mode === 'make')
    throw problem('conflict', `${key} is in the register already. Nothing was changed.`);
  if (before !== undefined) requireVersion(version, entryVersion(before));
  requireFitting(register, kept, { ...before, ...row });
  const plan = planImport({ ...register, current: kept.current, expected: new Set(), incoming: [row] });
  if (plan.added.length + plan.changed.length > 0) await carryOut(tx, wanted, plan, context);
  return true;
}

/** Changes one row of a register, or makes it; false where it is not there. */
export const changeRow = (deps: ChangeDeps, caller: Caller, wanted: Wanted): Promise<boolean> =>
  inTransaction(deps.db, (tx) => changeRowIn(tx, wanted, contextOf(deps, caller)));

interface TakenOut extends Pick<Wanted, 'register' | 'version'> {
  readonly key: string;
  /** A past participle with its subject, such as `stick-retired`. */
  readonly action: string;
  readonly noun: string;
}

/** Takes one row out of a register, as the register does it; false where it is not there, or is out already. */
export const takeOut = (
  deps: ChangeDeps,
  caller: Caller,
  { register, key, version, action, noun }: TakenOut,
): Promise<boolean> =>
  inTransaction(deps.db, async (tx) => {
    const context = contextOf(deps, caller);
    const { organisation, at, by } = context;
    await lockOrganisation(tx, organisation);
    const { current } = await register.read(tx, organisation, context.source);
    const before = current.get(key);
    if (before === undefined) return false;
    requireVersion(version, entryVersion(before));
    if (before['gone'] === 'yes' || before['retired'] === 'yes') return true;
    await register.write(tx, { added: [], changed: [], left: 0, gone: [key] }, context);
    const detail = {
      before: told(
        register,
        before,
        register.columns.map(({ name }) => name),
      ),
    };
    await recordAct(tx, { organisation, at, actor: by, action, target: `${noun}:${key}`, detail });
    await noteByHand(tx, { organisation, register: register.name }, [
      { key, column: 'retired' in before ? 'retired' : TAKEN_OUT, by, at },
    ]);
    return true;
  });
