import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { createAccount, PASSWORD } from '../people/accounts.ts';
import { hashPassword } from '../people/passwords.ts';
import { type CommandIo, print } from './io.ts';
import { nameOf, roleOf } from './tokens.ts';
import { inTransaction } from '../db/transaction.ts';

/** The first line of standard input; at a terminal it is asked for and not shown. Never an argument: those are seen by all. */
async function readPassword({ stdin, stderr }: CommandIo): Promise<string> {
  const terminal = stdin.isTTY === true;
  if (terminal) stderr.write('Password: ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}

export async function accountCreate(
  db: Db,
  io: CommandIo,
  options: { readonly name: string; readonly role: string; readonly totp?: boolean | undefined },
): Promise<number> {
  const [name, role] = [nameOf(options.name), roleOf(options.role)];
  const password = await readPassword(io);
  if (password.length < PASSWORD.minLength || password.length > PASSWORD.maxLength) {
    throw new StartError(`Standard input: expected ${PASSWORD.description} on its first line.`, { exitCode: 2 });
  }
  const passwordHash = await hashPassword(password, io.random);
  const at = io.clock.now();
  await inTransaction(db, async (tx) => {
    const wantsSecondFactor = options.totp === true;
    const made = { organisation: ORGANISATION, name, role, passwordHash, at, wantsSecondFactor };
    const id = await createAccount(tx, made, io.random);
    if (id === undefined) throw new StartError(`There is an account named ${name} already: choose another name.`);
    const act = {
      organisation: ORGANISATION,
      at,
      actor: `cli:${io.user}`,
      action: 'account-made',
      target: `account:${name}`,
    };
    await recordAct(tx, { ...act, detail: { role, ...(wantsSecondFactor ? { secondFactor: 'wanted' } : {}) } });
  });
  print(io.stdout, `Made the account ${name} (${role}).`);
  return 0;
}
