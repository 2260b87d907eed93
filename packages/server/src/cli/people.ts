import type { Command } from 'commander';
import type { Db } from '../db/database.ts';
import { accountCreate } from './account.ts';
import { accountChange, accountList, accountSecondFactor, accountSessions, accountSignOut } from './accounts.ts';
import type { CommandIo } from './io.ts';
import type { Settings } from '../settings.ts';
import { tokenCreate, tokenList, type TokenOptions, tokenRevoke } from './tokens.ts';

type OnDatabase = (work: (db: Db, settings: Pick<Settings, 'origin'>) => Promise<number>) => Promise<void>;

function addTokens(program: Command, run: OnDatabase, io: CommandIo): void {
  const token = program.command('token').description('API tokens for people and scripts');
  token
    .command('create')
    .description('make a token and print it, once')
    .requiredOption('--role <ROLE>', 'what it may do, such as administrator')
    .requiredOption('--name <NAME>', 'what it is for; stands in the audit log')
    .option('--only <PERMISSIONS>', 'less than the role may, such as devices:read,findings:read (default: all of it)')
    .option('--expires <TIME>', 'when it ends: 90d, or 2027-11-01T00:00:00Z (default: when it is revoked)')
    .action((options: TokenOptions) => run((db) => tokenCreate(db, io, options)));
  token
    .command('list')
    .description('every token without its secret')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => run((db) => tokenList(db, io, options)));
  token
    .command('revoke <ID-OR-NAME>')
    .description('end a token at once')
    .action((which: string) => run((db) => tokenRevoke(db, io, which)));
}

/** Commands about people's accounts and tokens. */
export function addPeople(program: Command, run: OnDatabase, io: CommandIo): void {
  addTokens(program, run, io);
  const account = program.command('account').description('accounts for the console, and who is signed in');
  account
    .command('create')
    .description('make an account; its password is read from standard input')
    .requiredOption('--name <NAME>', 'the name to sign in with')
    .requiredOption('--role <ROLE>', 'what it may do, such as information-security-team-leader')
    .option('--totp', 'it sets up an authenticator app at its first sign-in')
    .option('--code', 'ask for no password: print an address at which the person sets one, once, within 24 hours')
    .action((options: { name: string; role: string; totp?: boolean; code?: boolean }) =>
      run((db, { origin }) => accountCreate(db, io, options, origin)),
    );
  account
    .command('list')
    .description('every account')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => run((db) => accountList(db, io, options)));
  account
    .command('disable <NAME>')
    .description('let an account sign in no longer, and end its sessions at once')
    .action((name: string) => run((db) => accountChange(db, io, name, { disabled: true })));
  account
    .command('enable <NAME>')
    .description('let an account sign in again')
    .action((name: string) => run((db) => accountChange(db, io, name, { disabled: false })));
  account
    .command('second-factor <NAME> <CHANGE>')
    .description('require: an authenticator app at the next sign-in; reset: a new one, for who has lost it')
    .action((name: string, change: string) => run((db) => accountSecondFactor(db, io, name, change)));
  account
    .command('sessions <NAME>')
    .description('where somebody is signed in, also through the council’s sign-in')
    .option('--json', 'as JSON')
    .action((name: string, options: { json?: boolean }) => run((db) => accountSessions(db, io, name, options)));
  account
    .command('sign-out <NAME>')
    .description('end all sessions of a name at once')
    .action((name: string) => run((db) => accountSignOut(db, io, name)));
}
