import { iso } from '@beadle/shared';
import type { Command } from 'commander';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { type Message, oneLine, type Sent } from '../notify/channel.ts';
import { allMailing, machineChannels } from '../notify/channels.ts';
import { type Addressee, addresseeOf } from '../notify/recipient.ts';
import { ORGANISATION, readOrganisation } from '../organisation/store.ts';
import { generalPolicy } from '../policies/store.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';

const TIME_LIMIT_MS = 30_000;

interface Try {
  readonly name: string;
  readonly to: string;
  readonly send: () => Promise<Sent>;
}

async function testMessage(db: Db, { origin }: Settings, { clock, random }: CommandIo): Promise<Message> {
  const { name, settings } = await readOrganisation(db, ORGANISATION);
  const at = clock.now();
  return {
    id: newId(at, random),
    type: 'test',
    at,
    reference: null,
    severity: null,
    title: 'A test message of Beadle',
    body: `This is a test message: nothing has happened, and nothing is to be done.\n\n${origin}/`,
    url: `${origin}/`,
    council: name,
    settings,
    breaches: [],
    failedReceipt: null,
  };
}

async function officerOf(db: Db, message: Message): Promise<Addressee> {
  const { reportTo: role } = toldFirst(await generalPolicy(db, ORGANISATION, message.at));
  const today = iso(message.at).slice(0, 10);
  return addresseeOf(db, { organisation: ORGANISATION, settings: message.settings, role, today });
}

async function triesOf(db: Db, settings: Settings, io: CommandIo): Promise<Try[]> {
  const message = await testMessage(db, settings, io);
  const officer = await officerOf(db, message);
  const sending = { now: message.at, signal: AbortSignal.timeout(TIME_LIMIT_MS) };
  const people = allMailing(settings).map((channel) => ({
    name: channel.name,
    to: channel.name === 'mail' && settings.smtp === null ? settings.mailFolder : officer.address,
    send: () => channel.send(message, officer, sending),
  }));
  const machines = machineChannels(settings).map(({ name, destination, send }) => ({
    name,
    to: destination,
    send: () => send(message, sending),
  }));
  return [...people, ...machines];
}

/** `notify test`: one message by each channel, all at once, straight and in no queue; 1 where one was not taken. */
export async function notifyTest(db: Db, settings: Settings, io: CommandIo): Promise<number> {
  const tries = await triesOf(db, settings, io);
  const results = await Promise.all(
    tries.map(async ({ name, to, send }) => {
      try {
        const { receipt } = await send();
        return { name, ok: true, words: `sent to ${to}${receipt === null ? '' : ` (${receipt})`}` };
      } catch (error) {
        return { name, ok: false, words: oneLine(error instanceof Error ? error.message : String(error), 500) };
      }
    }),
  );
  print(io.stdout, ...results.map(({ name, ok, words }) => `${name}: ${ok ? '' : 'not sent: '}${words}`));
  await inTransaction(db, (tx) =>
    recordAct(tx, {
      organisation: ORGANISATION,
      at: io.clock.now(),
      actor: `cli:${io.user}`,
      action: 'channels-tested',
      target: `organisation:${ORGANISATION}`,
      detail: { sent: results.filter(({ ok }) => ok).map(({ name }) => name) },
    }),
  );
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
