import { createHash } from 'node:crypto';
import type { Random, Role } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { Problem } from '../errors.ts';
import { queueNotice } from '../notify/queue.ts';
import type { Row } from '../registers/column.ts';
import { type CsvProblem, type CsvReading, readCsv } from '../registers/csv.ts';
import { fromPaper, type Recorded, type Recording, wrong } from './from-paper.ts';
import { paperNotice } from './messages.ts';
import { PAPER_COLUMNS, paperKey, paperLineOf, scopeIn, subjectIn } from './paper-columns.ts';
import { planRound } from './reminders.ts';
import { appendEvent, insertAuthorisation } from './store.ts';
import { registerOf, subjectWords } from './subjects.ts';
import { keepTakers } from './takers.ts';

/** All of a file is one transaction, for which others wait. */
export const MOST_LINES = 1000;
const MOST_PROBLEMS = 50;

/** What was understood of a line. */
export interface UnderstoodLine {
  readonly line: number;
  readonly kind: string;
  readonly subject: string;
  /** How many devices it concerns now: none may be a name that is typed in another way than in the register. */
  readonly devices: number;
  readonly approver: string;
  readonly role: Role;
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
  /** It is there already, from a line above or an earlier file. */
  readonly known: boolean;
}

export type PaperImport =
  | { readonly kind: 'refused'; readonly problems: readonly CsvProblem[] }
  | { readonly kind: 'done'; readonly dryRun: boolean; readonly lines: readonly UnderstoodLine[] };

export interface PaperImportDeps {
  readonly db: Db;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  /** The server's public origin, for links. */
  readonly origin: string;
}

type Read = Extract<CsvReading, { ok: true }>;

async function isKnown(tx: Tx, organisation: string, key: string): Promise<boolean> {
  const row = await tx
    .selectFrom('authorisations')
    .select('id')
    .where('organisation', '=', organisation)
    .where('request_key', '=', key)
    .executeTakeFirst();
  return row !== undefined;
}

async function keep(tx: Tx, { row, resolved }: Recorded, { caller, at, random }: Recording, sha256: string) {
  const actor = actorOf(caller);
  const { organisation, ref, kind, decided_by: approvedBy, decided_role: as, decided_at: approvedOn } = row;
  await insertAuthorisation(tx, row, resolved.keys);
  await keepTakers(tx, row, resolved.takers);
  await appendEvent(tx, row, { at, actor, type: 'recorded-from-paper', detail: { approvedBy, as, approvedOn } });
  await planRound(tx, row, { at, random });
  const target = `authorisation:${ref}`;
  await recordAct(tx, {
    organisation,
    at,
    actor,
    action: 'authorisation-recorded',
    target,
    detail: { kind, as, sha256 },
  });
}

/** One line, kept where it is new. Throws `import-refused`. */
async function takeLine(tx: Tx, row: Row, line: number, recording: Recording, sha256: string): Promise<UnderstoodLine> {
  const [subject, scope] = [subjectIn(row), scopeIn(row)];
  if (subject === undefined) throw wrong('subject', 'asset tags between semicolons, or a population');
  if (scope === undefined) throw wrong('sticks', 'names in the lists that are not too long');
  const said = paperLineOf(row, subject, scope);
  const key = paperKey(said);
  const known = await isKnown(tx, recording.caller.organisation, key);
  const recorded = known ? undefined : await fromPaper(tx, said, key, recording);
  if (recorded !== undefined) await keep(tx, recorded, recording, sha256);
  return {
    line,
    kind: said.kind,
    subject: subjectWords(subject),
    devices: recorded?.resolved.devices.length ?? 0,
    approver: said.approver.name,
    role: said.approver.role,
    from: said.from,
    to: said.to,
    known,
  };
}

const problemAt = (error: Problem, line: number, { columns }: Read): CsvProblem => {
  const [{ field, expected } = { field: 'kind', expected: error.message }] = error.fields;
  return { line, column: columns.findIndex(({ name }) => name === field) + 1, name: field, expected };
};

async function takeAll(tx: Tx, reading: Read, recording: Recording, sha256: string) {
  const lines: UnderstoodLine[] = [];
  const problems: CsvProblem[] = [];
  for (const [index, row] of reading.rows.entries()) {
    const line = reading.lines[index] ?? 1;
    try {
      lines.push(await takeLine(tx, row, line, recording, sha256));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'import-refused') throw error;
      problems.push(problemAt(error, line, reading));
    }
    if (problems.length === MOST_PROBLEMS) break;
  }
  return { lines, problems };
}

/** Each role that is said to have approved something hears of it, once a file. */
async function tellApprovers(tx: Tx, lines: readonly UnderstoodLine[], recording: Recording, origin: string) {
  const { caller, at, random } = recording;
  const added = Map.groupBy(
    lines.filter(({ known }) => !known),
    ({ role }) => role,
  );
  for (const [role, of] of added) {
    const { organisation } = caller;
    await queueNotice(tx, { organisation, role, ...paperNotice(of.length, origin), breaches: [], at }, random);
  }
}

/** Thrown to leave everything as it was. */
const UNDONE = new Error('undone on purpose');

/**
 * Takes in a file of approvals that exist on paper: all of it or nothing. A dry run does it all and leaves nothing, so
 * that what it says is what would be, the lines above each line included.
 */
export async function importFromPaper(
  caller: Caller,
  bytes: Uint8Array,
  dryRun: boolean,
  { db, now: at, random, origin }: PaperImportDeps,
): Promise<PaperImport> {
  // What two lines have in common is for `paperKey` to say.
  let rows = 0;
  const reading = readCsv(bytes, PAPER_COLUMNS, () => String((rows += 1)));
  if (!reading.ok) return { kind: 'refused', problems: reading.problems };
  if (reading.rows.length > MOST_LINES) {
    const expected = `at most ${MOST_LINES} lines: import the others after these`;
    return {
      kind: 'refused',
      problems: [{ line: reading.lines[MOST_LINES] ?? 1, column: 1, name: 'the file', expected }],
    };
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let outcome: PaperImport = { kind: 'done', dryRun, lines: [] };
  try {
    await inTransaction(db, async (tx) => {
      await lockOrganisation(tx, caller.organisation);
      const recording = { caller, register: await registerOf(tx, caller.organisation), at, random };
      const { lines, problems } = await takeAll(tx, reading, recording, sha256);
      outcome = problems.length > 0 ? { kind: 'refused', problems } : { kind: 'done', dryRun, lines };
      if (dryRun || problems.length > 0) throw UNDONE;
      await tellApprovers(tx, lines, recording, origin);
    });
  } catch (error) {
    if (error !== UNDONE) throw error;
  }
  return outcome;
}
