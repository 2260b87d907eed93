import { type Clock, iso, isRole, type Random } from '@beadle/shared';
import Type from 'typebox';
import Value from 'typebox/value';
import type { Db } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import type { JobKind } from '../jobs/run.ts';
import { type MachineChannel, oneLine } from './channel.ts';
import { type ChannelSettings, machineChannels, type MailingChannels, mailingChannels } from './channels.ts';
import { fanOut } from './fan-out.ts';
import type { MailSender } from './mail-channel.ts';
import { messageOf } from './message.ts';
import { FAN_OUT_JOB, machineJob, NOTICE_JOB } from './queue.ts';
import { planLook, RECEIPT_JOB, receiptJob } from './receipts.ts';
import { addresseeOf } from './recipient.ts';
import { readNotice, recordDelivered, recordFailure, recordSent } from './store.ts';

export interface DeliverDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ChannelSettings;
  /** How an e-mail leaves, if not as the settings have it: handed in, so that a simulation can lose it. */
  readonly send?: MailSender;
  /** Something has been queued: the worker need not wait to look. */
  readonly wake?: () => void;
}

const Payload = Type.Object({ notice: Type.String() });
const MOST_KEPT = 500;

/** Everything that delivers. Each way has its jobs run apart, so that none is held up by another that is slow. */
export function noticeJobs(deps: DeliverDeps): Record<string, JobKind> {
  const { settings, send } = deps;
  const mailing = mailingChannels(settings, send);
  const machines = machineChannels(settings);
  return {
    [NOTICE_JOB]: { forever: true, apart: true, run: delivering(deps, mailToRole(deps, mailing)) },
    [FAN_OUT_JOB]: { forever: true, run: withNotice(deps, (notice) => fanOut(deps, notice, machines)) },
    [RECEIPT_JOB]: receiptJob(deps, mailing),
    ...Object.fromEntries(
      machines.map((channel): [string, JobKind] => [
        machineJob(channel.name),
        { forever: true, apart: true, run: delivering(deps, tellMachine(deps, channel)) },
      ]),
    ),
  };
}

type Work = (notice: NoticeTable, signal: AbortSignal) => Promise<void>;

const withNotice =
  ({ db }: DeliverDeps, work: Work): JobKind['run'] =>
  async (payload, { organisation, signal }) => {
    const notice = await readNotice(db, organisation, Value.Parse(Payload, payload).notice);
    if (notice !== undefined) await work(notice, signal);
  };

/** One attempt at a delivery that is still to be made; what went wrong stays with it. */
const delivering = (deps: DeliverDeps, attempt: Work): JobKind['run'] =>
  withNotice(deps, async (notice, signal) => {
    if (notice.status !== 'waiting') return;
    try {
      await attempt(notice, signal);
    } catch (error) {
      await recordFailure(deps.db, notice, oneLine(error instanceof Error ? error.message : String(error), MOST_KEPT));
      throw error;
    }
  });

/**
 * To whoever has the role now: an address that was mended while it waited counts. A process that dies between the mail
 * server's answer and the record sends an e-mail again, under the same Message-ID.
 */
const mailToRole =
  ({ db, clock, random, settings, wake }: DeliverDeps, { first, instead }: MailingChannels): Work =>
  async (notice, signal) => {
    const { organisation, role } = notice;
    const channel = notice.instead_of === null ? first : (instead ?? first);
    const message = await messageOf(db, notice, settings.origin);
    const today = iso(clock.now()).slice(0, 10);
    const asked = isRole(role) ? role : 'information-security-team-leader';
    const standing = notice.standing === 'deputy' ? ('deputy' as const) : undefined;
    const { settings: council } = message;
    const to = { organisation, settings: council, role: asked, standing, person: notice.person, today };
    const recipient = await addresseeOf(db, to);
    const { receipt } = await channel.send(message, recipient, { signal, now: clock.now() });
    const { address, as } = recipient;
    const at = clock.now();
    await inTransaction(db, async (tx) => {
      await recordSent(tx, notice, { channel: channel.name, receipt, address, as, at });
      if (channel.statusOf !== undefined && receipt !== null)
        await planLook(tx, notice, receipt, { sentAt: at, now: at, random });
    });
    wake?.();
  };

/** A process that dies between the far end's answer and the record sends it again, under the same id. */
const tellMachine =
  ({ db, clock, settings }: DeliverDeps, channel: MachineChannel): Work =>
  async (notice, signal) => {
    const message = await messageOf(db, notice, settings.origin);
    const { receipt } = await channel.send(message, { signal, now: clock.now() });
    await recordDelivered(db, notice, { receipt, address: channel.destination, at: clock.now() });
  };
