import { type Base, type Baseline, baseInForce, readBaseline } from '../baseline/baseline.ts';
import { type PolicyDocument, POPULATIONS } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { Problem, StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { type CommandIo, print, table } from './io.ts';
import { readPolicyFile } from './policy-file.ts';

function inWords({ policy, items, leftOut, toBeMended, toBeRecorded, proposal }: Baseline): string[] {
  const { devices, network } = toBeRecorded;
  const rows = items.map(({ kind, name, devices: count, decision }) => [
    kind,
    name,
    String(count),
    decision?.decision ?? 'open',
  ]);
  const mend = toBeMended.map(({ rule, clause, failing }) => [rule, clause, String(failing)]);
  return [
    `${policy.title}, version ${policy.version}`,
    '',
    ...(rows.length === 0 ? ['Nothing is proposed.'] : table([['KIND', 'NAME', 'DEVICES', 'DECIDED'], ...rows])),
    '',
    `Left out: ${leftOut.homePrinters} printers that may be at homes, ${leftOut.accounts} administrators on few devices, ${leftOut.accountsOfPeople} with somebody's name, ${leftOut.sticks} sticks seen seldom.`,
    `To be recorded: ${devices.withoutHolder} of ${devices.enrolled} devices have no holder; ${network.notTold} do not tell whether they are on the council's network.`,
    '',
    'To be mended, never part of a baseline:',
    ...(mend.length === 0 ? ['nothing fails'] : table([['RULE', 'CLAUSE', 'FAILING'], ...mend])),
    ...(proposal === null
      ? []
      : ['', `The policy with what was accepted, version ${proposal.version}:`, '', proposal.source]),
  ];
}

export interface BaselineOptions {
  readonly policy?: string | undefined;
  /** Of the policy in force for it. */
  readonly population?: string | undefined;
  readonly json?: boolean | undefined;
}

/** A file that is not in force would hold for those whom it names, or for everybody. */
const concernsOf =
  ({ populations }: PolicyDocument) =>
  (population: string | null): boolean =>
    populations === undefined || populations.some((one) => one === population);

async function baseOf(db: Db, io: CommandIo, { policy: file, population }: BaselineOptions): Promise<Base | undefined> {
  const read = file === undefined ? undefined : readPolicyFile(file, io);
  if (file !== undefined) return read && { ...read, concerns: concernsOf(read.document) };
  const found = POPULATIONS.find((one) => one === population);
  if (population !== undefined && found === undefined)
    throw new StartError(`--population: expected one of ${POPULATIONS.join(', ')}.`, { exitCode: 2 });
  try {
    return await baseInForce(db, ORGANISATION, io.clock.now(), found);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new StartError(`${error.message} Or name a file with --policy.`, { cause: error });
  }
}

/** `policy baseline`: changes nothing; what is proposed is decided in the console or through the API. */
export async function policyBaseline(db: Db, io: CommandIo, options: BaselineOptions): Promise<number> {
  const base = await baseOf(db, io, options);
  if (base === undefined) return 2;
  const baseline = await readBaseline(db, ORGANISATION, base, io.clock.now());
  print(io.stdout, ...(options.json === true ? [JSON.stringify(baseline)] : inWords(baseline)));
  return 0;
}
