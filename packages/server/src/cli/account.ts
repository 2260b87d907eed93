import type { Db } from '../db/database.ts';
import { Problem, StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { PASSWORD } from '../people/accounts.ts';
import { makeAccount } from '../people/password-change.ts';
import { addressOf } from '../people/routes.ts';
import { type CommandIo, print } from './io.ts';
import { readSecret } from './read-secret.ts';
import { nameOf, roleOf } from './tokens.ts';

interface Creating {
  readonly name: string;
  readonly role: string;
  readonly totp?: boolean | undefined;
  readonly code?: boolean | undefined;
}

export async function accountCreate(db: Db, io: CommandIo, options: Creating, origin: string): Promise<number> {
  const [name, role] = [nameOf(options.name), roleOf(options.role)];
  const password = options.code === true ? undefined : await readSecret(io, 'Password');
  if (password !== undefined && (password.length < PASSWORD.minLength || password.length > PASSWORD.maxLength)) {
    throw new StartError(`Standard input: expected ${PASSWORD.description} on its first line.`, { exitCode: 2 });
  }
  const act = { organisation: ORGANISATION, at: io.clock.now(), actor: `cli:${io.user}` };
  const made = { name, role, password, wantsSecondFactor: options.totp === true };
  const { setAt } = await makeAccount({ db, random: io.random }, made, act).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== 'account-taken') throw error;
    throw new StartError(`There is an account named ${name} already: choose another name.`, { cause: error });
  });
  print(io.stdout, `Made the account ${name} (${role}).`);
  if (setAt !== null) print(io.stdout, `Its password is set at ${addressOf(setAt, { origin }).url}, within 24 hours.`);
  return 0;
}
