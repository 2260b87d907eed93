import type { Command } from 'commander';
import { recordAct } from '../audit/record.ts';
import { ensureEscalations } from '../breaches/jobs.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { StartError } from '../errors.ts';
import { ensureJudging } from '../judging/job.ts';
import { addOrganisation, listOrganisations, ORGANISATION } from '../organisation/store.ts';
import { findAccount } from '../people/accounts.ts';
import { grantRole, type Holder, listGrants, takeGrantBack } from '../people/spanning/grants.ts';
import { ensureRetention } from '../protection/retention-job.ts';
import { ensureTrends } from '../trends/job.ts';
import { type CommandIo, print, table } from './io.ts';
import { nameOf, roleOf } from './tokens.ts';

const ID = /^[a-z][a-z0-9-]{0,39}$/;

async function requireOrganisation(db: Db, id: string): Promise<void> {
  if ((await listOrganisations(db)).some((one) => one.id === id)) return;
  throw new StartError(`There is no organisation ${id}: \`beadle-server organisation list\` shows all.`);
}

async function add(db: Db, io: CommandIo, id: string, options: { readonly name: string }): Promise<number> {
  if (!ID.test(id))
    throw new StartError(`organisation add: expected small letters, digits and hyphens, not "${id}".`, { exitCode: 2 });
  const [name, at] = [nameOf(options.name), io.clock.now()];
  await inTransaction(db, async (tx) => {
    if (!(await addOrganisation(tx, { id, name, at })))
      throw new StartError(`There is an organisation ${id} already: choose another id.`);
    const act = { organisation: id, at, actor: `cli:${io.user}`, action: 'organisation-added' };
    await recordAct(tx, { ...act, target: `organisation:${id}`, detail: { name } });
  });
  const { clock, random } = io;
  for (const ensure of [ensureJudging, ensureEscalations, ensureTrends, ensureRetention])
    await ensure(db, { clock, random });
  print(io.stdout, `Added ${name} as ${id}.`);
  return 0;
}

async function list(db: Db, io: CommandIo): Promise<number> {
  print(io.stdout, ...table([['ID', 'NAME'], ...(await listOrganisations(db)).map(({ id, name }) => [id, name])]));
  return 0;
}

interface Granting {
  readonly role: string;
  readonly account?: string | undefined;
  readonly group?: string | undefined;
  readonly home: string;
}

async function holderOf(db: Db, { account, group, home }: Granting): Promise<Holder> {
  if ((account === undefined) === (group === undefined))
    throw new StartError('organisation grant: expected --account or --group, and not both.', { exitCode: 2 });
  if (group !== undefined) {
    if (home === ORGANISATION) return { kind: 'group', holder: group };
    throw new StartError(`--group: expected a group of ${ORGANISATION}, whose the council’s sign-in is.`, {
      exitCode: 2,
    });
  }
  const found = await findAccount(db, home, account ?? '');
  if (found === undefined) throw new StartError(`There is no account named ${account} in ${home}.`);
  return { kind: 'account', holder: found.id };
}

/** Gives one role in each of the organisations that are named; those in which it is had already are said. */
async function grant(db: Db, io: CommandIo, ids: readonly string[], options: Granting): Promise<number> {
  const { home } = options;
  const role = roleOf(options.role);
  for (const id of [home, ...ids]) await requireOrganisation(db, id);
  if (ids.includes(home))
    throw new StartError(`organisation grant: ${home} is their own; its roles come with the account.`, { exitCode: 2 });
  const holder = await holderOf(db, options);
  const called = options.account ?? options.group ?? '';
  for (const organisation of ids) {
    const act = { organisation, actor: `cli:${io.user}`, at: io.clock.now() };
    const made = await grantRole(db, { ...holder, home, role, called }, act, io.random);
    print(
      io.stdout,
      made ? `${called} is ${role} in ${organisation}.` : `${called} has a role in ${organisation} already.`,
    );
  }
  return 0;
}

async function grants(db: Db, io: CommandIo, id: string): Promise<number> {
  await requireOrganisation(db, id);
  const rows = (await listGrants(db, id)).map((one) => [one.id, one.kind, one.name, one.from, one.role]);
  print(io.stdout, ...table([['ID', 'KIND', 'NAME', 'OF', 'ROLE'], ...rows]));
  return 0;
}

async function takeBack(db: Db, io: CommandIo, organisation: string, id: string): Promise<number> {
  const act = { organisation, actor: `cli:${io.user}`, at: io.clock.now() };
  if (!(await takeGrantBack(db, id, act)))
    throw new StartError(`There is no such role: \`beadle-server organisation grants ${organisation}\` shows all.`);
  print(io.stdout, `Took ${id} back.`);
  return 0;
}

type OnDatabase = (work: (db: Db) => Promise<number>) => Promise<void>;

function addGranting(organisation: Command, run: OnDatabase, io: CommandIo): void {
  organisation
    .command('grant <ID...>')
    .description('give somebody of one organisation a role in others')
    .requiredOption('--role <ROLE>', 'what they may do there, such as ict-administrator')
    .option('--account <NAME>', 'an account of this server')
    .option('--group <NAME>', 'a group at the council’s sign-in: whoever is in it')
    .option('--home <ID>', 'the organisation whose account it is', ORGANISATION)
    .action((ids: string[], options: Granting) => run((db) => grant(db, io, ids, options)));
  organisation
    .command('grants <ID>')
    .description('who of other organisations has a role in this one')
    .action((id: string) => run((db) => grants(db, io, id)));
  organisation
    .command('take-back <ID> <GRANT>')
    .description('take such a role back at once')
    .action((id: string, which: string) => run((db) => takeBack(db, io, id, which)));
}

/** Commands for a server that serves several councils. */
export function addOrganisations(program: Command, run: OnDatabase, io: CommandIo): void {
  const organisation = program
    .command('organisation')
    .description('several councils on one server, such as of a shared service');
  organisation
    .command('add <ID>')
    .description('add a council')
    .requiredOption('--name <NAME>', 'what it is called')
    .action((id: string, options: { name: string }) => run((db) => add(db, io, id, options)));
  organisation
    .command('list')
    .description('every council on this server')
    .action(() => run((db) => list(db, io)));
  addGranting(organisation, run, io);
}
