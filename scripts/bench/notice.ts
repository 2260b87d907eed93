import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stop } from '../start/processes.ts';
import { enrolDevice, startDriver } from './agents.ts';
import type { Council } from './council.ts';
import type { Driver } from './lines.ts';
import { writtenBytes } from './proc.ts';
import { median, progress, type Result } from './result.ts';

const ROUNDS = 21;
const WAIT_MS = 20_000;

/** When the next message was complete under its own name, in milliseconds since the epoch. */
function nextMail(folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, (_event, name) => {
      if (name?.endsWith('.eml') === true) settle(() => resolve(Date.now()));
    });
    const timer = setTimeout(() => settle(() => reject(new Error('no notice within 20 s'))), WAIT_MS);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      watcher.close();
      how();
    };
  });
}

async function roundOf(driver: Driver, folder: string): Promise<{ mail: number; empty: number }> {
  const written = nextMail(folder);
  const [{ appendedAt = 0 }, at] = await Promise.all([driver.ask('finding'), written]);
  const { milliseconds: empty = 0 } = await driver.ask('empty');
  return { mail: at - appendedAt, empty };
}

/** Bytes that one check-in with nothing in it makes the agent write. */
async function bytesOfCheckIn(driver: Driver): Promise<number> {
  const before = writtenBytes(driver.pid);
  for (let at = 0; at < ROUNDS; at += 1) await driver.ask('empty');
  return (writtenBytes(driver.pid) - before) / ROUNDS;
}

export interface Notices {
  readonly results: readonly Result[];
  readonly bytesOfCheckIn: number;
}

/** From a finding in the device's outbox to the message about it in the officer's folder; one at a time. */
export async function measureNotices(agent: string, council: Council): Promise<Notices> {
  progress('notice: from the outbox to the message');
  const mail = join(council.folder, 'mail');
  mkdirSync(mail, { recursive: true, mode: 0o700 });
  const driver = startDriver(agent, 'uplink', await enrolDevice(agent, council, 'NOTICE-1'));
  try {
    await driver.ask('empty');
    const rounds: { mail: number; empty: number }[] = [];
    for (let at = 0; at < ROUNDS; at += 1) {
      rounds.push(await roundOf(driver, mail));
      await delay(50);
    }
    const result: Result = {
      name: 'notice.latency',
      value: median(rounds.map((round) => round.mail)),
      unit: 'ms',
      against: median(rounds.map((round) => round.empty)),
      reference: 'an empty check-in, there and back',
      target: 60_000,
      note: `median of ${ROUNDS}; 100 ms of it the agent waits for findings that belong together`,
    };
    return { results: [result], bytesOfCheckIn: await bytesOfCheckIn(driver) };
  } finally {
    await stop(driver.child, 15_000);
  }
}
