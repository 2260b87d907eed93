import type { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import Type from 'typebox';
import Value from 'typebox/value';
import { type Anchor, type AuditVerification, type Follower, followChain, readAnchor } from '../audit/follow.ts';
import { actsOf, verifyAudit } from '../audit/verify.ts';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { type CommandIo, print } from './io.ts';

interface VerifyOptions {
  readonly anchor?: readonly string[];
  readonly file?: string;
}

/** One act, as a line of an export: what is hashed, and no more. */
const Line = Type.Object(
  {
    organisation: Type.String(),
    sequence: Type.Integer(),
    at: Type.Integer(),
    actor: Type.String(),
    action: Type.String(),
    target: Type.String(),
    detail: Type.String(),
    previous: Type.String(),
    link: Type.String(),
  },
  { additionalProperties: false },
);

function anchorsOf(texts: readonly string[] = []): Anchor[] {
  return texts.map((text) => {
    const anchor = readAnchor(text);
    if (anchor !== undefined) return anchor;
    throw new StartError(`${text} is no head of a log: expected SEQUENCE:LINK, as "audit verify" prints it.`, {
      exitCode: 2,
    });
  });
}

const WHY = {
  missing: 'is missing',
  altered: 'is altered',
  'not-as-noted': 'is not as it was when the head was noted',
} as const;

/** Tells what was found; gives the exit code. */
function tell(io: CommandIo, organisation: string, result: AuditVerification, place = ''): number {
  if (result.intact) {
    print(io.stdout, `The audit log of ${organisation} is intact: ${result.count} acts, head ${result.head}`);
    return 0;
  }
  const { sequence, reason } = result;
  print(
    io.stderr,
    `${place}The audit log of ${organisation} is broken: act ${sequence} ${WHY[reason]}; what is before it is intact.`,
  );
  return 1;
}

/** Follows every organisation's log; 1 where one is broken, with the first place that does not fit. */
async function auditVerify(db: Db, io: CommandIo, { anchor }: VerifyOptions): Promise<number> {
  const anchors = anchorsOf(anchor);
  let exitCode = 0;
  for (const { id } of await db.selectFrom('organisations').select('id').orderBy('id').execute())
    exitCode = Math.max(exitCode, tell(io, id, await verifyAudit(db, id, id === ORGANISATION ? anchors : [])));
  return exitCode;
}

function actOf(text: string, place: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Value.Check(Line, value)) return value;
  throw new StartError(`${place}: expected an act of an audit log, as "audit export" writes it.`, { exitCode: 2 });
}

/** The same for a file that `audit export` wrote: it needs no server and no database. */
async function auditVerifyFile(io: CommandIo, file: string, { anchor }: VerifyOptions): Promise<number> {
  const anchors = anchorsOf(anchor);
  const lines = createInterface({ input: createReadStream(resolve(io.workingFolder, file)), crlfDelay: Infinity });
  const followers = new Map<string, Follower>();
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const act = actOf(text, `${file}:${number}`);
    const known = followers.get(act.organisation);
    const follower = known ?? followChain(act.organisation === ORGANISATION ? anchors : []);
    followers.set(act.organisation, follower);
    const broken = follower.next(act);
    if (broken !== undefined) return tell(io, act.organisation, broken, `${file}:${number}: `);
  }
  if (followers.size === 0) followers.set(ORGANISATION, followChain(anchors));
  const codes = [...followers].map(([organisation, follower]) => tell(io, organisation, follower.end()));
  return Math.max(...codes);
}

/** Every act of every organisation, one line of JSON each, into a new file that only its owner reads. */
async function auditExport(db: Db, io: CommandIo, file: string): Promise<number> {
  const path = resolve(io.workingFolder, file);
  const out = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new StartError(`${path} is there already: give a file that is not.`, { exitCode: 2 });
    throw error;
  });
  let count = 0;
  try {
    for (const { id } of await db.selectFrom('organisations').select('id').orderBy('id').execute()) {
      for await (const act of actsOf(db, id)) {
        await out.write(`${JSON.stringify(act)}\n`);
        count += 1;
      }
    }
  } finally {
    await out.close();
  }
  print(io.stdout, `${count} acts are in ${path}. Check them anywhere with: beadle-server audit verify --file ${file}`);
  return 0;
}

/** The commands about the log of what people did. */
export function addAudit(
  program: Command,
  onDatabase: (work: (db: Db) => Promise<number>) => Promise<void>,
  io: CommandIo,
  done: (exitCode: number) => void,
): void {
  const audit = program.command('audit').description('the log of what people did');
  audit
    .command('verify')
    .description('exit 0 where the chain is intact, 1 with the first break')
    .option('--anchor <SEQUENCE:LINK...>', 'a head that was noted, which the chain must have; may be given again')
    .option('--file <FILE>', 'what "audit export" wrote; no server and no database are needed')
    .action(async (options: VerifyOptions) => {
      const { file } = options;
      if (file === undefined) await onDatabase((db) => auditVerify(db, io, options));
      else done(await auditVerifyFile(io, file, options));
    });
  audit
    .command('export <FILE>')
    .description('every act into a new file, one line of JSON each, to be kept or verified elsewhere')
    .action((file: string) => onDatabase((db) => auditExport(db, io, file)));
}
