import type { Command } from 'commander';
import type { Db } from '../db/database.ts';
import { testChannels } from '../notify/test-message.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { generalPolicy } from '../policies/store.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';

const TIME_LIMIT_MS = 30_000;

/** `notify test`: one message by each channel, all at once, straight and in no queue; 1 where one was not taken. */
export async function notifyTest(db: Db, settings: Settings, io: CommandIo): Promise<number> {
  const { clock, random } = io;
  const { reportTo: role } = toldFirst(await generalPolicy(db, ORGANISATION, clock.now()));
  const asked = { organisation: ORGANISATION, role, actor: `cli:${io.user}`, timeLimitMs: TIME_LIMIT_MS, betweenMs: 0 };
  const results = await testChannels({ db, clock, random, settings }, asked);
  print(io.stdout, ...results.map(({ name, ok, words }) => `${name}: ${ok ? '' : 'not sent: '}${words}`));
  return results.every(({ ok }) => ok) ? 0 : 1;
}

type OnDatabase = (work: (db: Db, settings: Settings) => Promise<number>) => Promise<void>;

export function addNotify(program: Command, run: OnDatabase, io: CommandIo): void {
  program
    .command('notify')
    .description('the channels by which Beadle tells people and machines')
    .command('test')
    .description('send one test message through each channel and say how it went: exit 0 all went, 1 one did not')
    .action(() => run((db, settings) => notifyTest(db, settings, io)));
}
