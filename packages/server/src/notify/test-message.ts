import { type Clock, iso, type Random, type Role } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { readOrganisation } from '../organisation/store.ts';
import { type Message, oneLine, type Sent } from './channel.ts';
import { allMailing, type ChannelSettings, machineChannels } from './channels.ts';
import { addresseeOf } from './recipient.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ChannelSettings;
}

interface Asked {
  readonly organisation: string;
  /** Whom people's channels write to. */
  readonly role: Role;
  /** As the audit log names them. */
  readonly actor: string;
  readonly timeLimitMs: number;
  /** So long after one has begun no other does, whoever asks and on whichever server. */
  readonly betweenMs: number;
}

/** How one channel took the message. */
export interface Tried {
  readonly name: string;
  readonly ok: boolean;
  readonly words: string;
}

const MOST_WORDS = 500;
const BEGUN = 'channel-test-begun';
export const TESTED = 'channels-tested';

async function testMessage({ db, clock, random, settings: { origin } }: Deps, organisation: string): Promise<Message> {
  const { name, settings } = await readOrganisation(db, organisation);
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

interface Try {
  readonly name: string;
  readonly to: string;
  readonly send: () => Promise<Sent>;
}

async function triesOf(deps: Deps, { organisation, role, timeLimitMs }: Asked): Promise<Try[]> {
  const { db, settings } = deps;
  const message = await testMessage(deps, organisation);
  const today = iso(message.at).slice(0, 10);
  const officer = await addresseeOf(db, { organisation, settings: message.settings, role, today });
  const sending = { now: message.at, signal: AbortSignal.timeout(timeLimitMs) };
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

async function attempt({ name, to, send }: Try): Promise<Tried> {
  try {
    const { receipt } = await send();
    return { name, ok: true, words: `sent to ${to}${receipt === null ? '' : ` (${receipt})`}` };
  } catch (error) {
    return { name, ok: false, words: oneLine(error instanceof Error ? error.message : String(error), MOST_WORDS) };
  }
}

/** Throws `conflict` where another has begun too shortly before. */
async function begin({ db, clock }: Deps, { organisation, actor, betweenMs }: Asked): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const at = clock.now();
    const before = await tx
      .selectFrom('audit')
      .select('sequence')
      .where('organisation', '=', organisation)
      .where('action', '=', BEGUN)
      .where('at', '>', at - betweenMs)
      .limit(1)
      .executeTakeFirst();
    if (before !== undefined)
      throw problem('conflict', 'A test message was sent a moment ago. Wait a minute, then try again.');
    await recordAct(tx, { organisation, at, actor, action: BEGUN, target: `organisation:${organisation}` });
  });
}

/** One message by each channel, all at once, straight and in no queue; what became of each stands in the audit log. */
export async function testChannels(deps: Deps, asked: Asked): Promise<readonly Tried[]> {
  const { organisation, actor } = asked;
  await begin(deps, asked);
  const results = await Promise.all((await triesOf(deps, asked)).map(attempt));
  const failed = results.filter(({ ok }) => !ok).map(({ name, words }) => ({ name, error: words }));
  await inTransaction(deps.db, (tx) =>
    recordAct(tx, {
      organisation,
      at: deps.clock.now(),
      actor,
      action: TESTED,
      target: `organisation:${organisation}`,
      detail: { sent: results.filter(({ ok }) => ok).map(({ name }) => name), failed },
    }),
  );
  return results;
}

export interface LastTest {
  readonly at: number;
  readonly by: string;
  readonly sent: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

/** The last test of the channels; undefined where there has been none. */
export async function lastTest(db: Db, organisation: string): Promise<LastTest | undefined> {
  const row = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'detail'])
    .where('organisation', '=', organisation)
    .where('action', '=', TESTED)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { sent = [], failed = [] } = JSON.parse(row.detail) as Partial<LastTest>;
  return { at: row.at, by: row.actor, sent, failed };
}
