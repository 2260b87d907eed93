import { iso, isoOrNull } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { changeAccount, changeSecondFactor, endSessionsFor, listAccounts } from '../people/account-change.ts';
import { listSessions } from '../people/session-list.ts';
import { type CommandIo, print, table } from './io.ts';

interface Shown {
  readonly json?: boolean | undefined;
}
const MOST_LISTED = 1000;

const actBy = (io: CommandIo) => ({ organisation: ORGANISATION, actor: `cli:${io.user}`, at: io.clock.now() });
const unknown = (name: string): StartError =>
  new StartError(`There is no account named ${name}: \`beadle-server account list\` shows all.`);
const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`);

export async function accountList(db: Db, io: CommandIo, { json }: Shown): Promise<number> {
  const accounts = await listAccounts(db, ORGANISATION, { limit: MOST_LISTED });
  const rows = accounts.map(({ createdAt, disabledAt, ...account }) => ({
    ...account,
    createdAt: iso(createdAt),
    disabledAt: isoOrNull(disabledAt),
  }));
  const lines = rows.map(({ name, role, secondFactor, disabledAt }) => [
    name,
    role,
    secondFactor,
    disabledAt === null ? 'enabled' : `disabled ${disabledAt}`,
  ]);
  if (json === true) print(io.stdout, JSON.stringify(rows));
  else print(io.stdout, ...table([['NAME', 'ROLE', 'SECOND FACTOR', 'STATE'], ...lines]));
  return 0;
}

export async function accountChange(
  db: Db,
  io: CommandIo,
  name: string,
  change: { readonly disabled: boolean },
): Promise<number> {
  const changed = await changeAccount(db, name, change, actBy(io));
  if (changed === undefined) throw unknown(name);
  const ended = `Disabled ${name}, and ended ${sessionsOf(changed.ended)}.`;
  print(io.stdout, change.disabled ? ended : `Enabled ${name}.`);
  return 0;
}

export async function accountSecondFactor(db: Db, io: CommandIo, name: string, change: string): Promise<number> {
  if (change !== 'require' && change !== 'reset')
    throw new StartError(`account second-factor: expected require or reset, not "${change}".`, { exitCode: 2 });
  if (!(await changeSecondFactor(db, name, change, actBy(io)))) throw unknown(name);
  print(io.stdout, `${name} needs an authenticator app from the next sign-in on.`);
  return 0;
}

export async function accountSessions(db: Db, io: CommandIo, name: string, { json }: Shown): Promise<number> {
  const sessions = await listSessions(db, { organisation: ORGANISATION, name }, io.clock.now());
  const rows = sessions.map(({ begunAt, seenAt, by, browser }) => ({
    begunAt: iso(begunAt),
    lastUsedOn: iso(seenAt).slice(0, 10),
    signedInBy: by,
    browser,
  }));
  const lines = rows.map((row) => [row.begunAt, row.lastUsedOn, row.signedInBy ?? '', row.browser ?? '']);
  if (json === true) print(io.stdout, JSON.stringify(rows));
  else print(io.stdout, ...table([['SIGNED IN', 'LAST USED', 'BY', 'BROWSER'], ...lines]));
  return 0;
}

export async function accountSignOut(db: Db, io: CommandIo, name: string): Promise<number> {
  const ended = await endSessionsFor(db, name, {}, actBy(io));
  print(io.stdout, `Ended ${sessionsOf(ended)} of ${name}.`);
  return 0;
}
