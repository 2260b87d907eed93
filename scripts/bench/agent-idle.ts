import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { stop } from '../start/processes.ts';
import { bareStart } from './agent-cycle.ts';
import { enrolDevice, startAgent } from './agents.ts';
import type { Council } from './council.ts';
import { anonymousMebibytes, processorSeconds, writtenBytes } from './proc.ts';
import { median, progress, type Result } from './result.ts';

const MINUTE_MS = 60_000;
const SAMPLES = 12;
/** After the first cycle and check-in, until what they have left behind is collected. */
const SETTLE_MS = 5_000;

async function untilCheckedIn({ client }: Council, assetTag: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { lastContact, verdicts } = await client.call<{ lastContact: string | null; verdicts: object }>(
      'GET',
      `/api/v1/devices/${assetTag}`,
    );
    if (lastContact !== null && Object.values(verdicts).some((count) => Number(count) > 0)) return;
    await delay(200);
  }
  throw new Error(`${assetTag} has not checked in within two minutes`);
}

async function minuteOf(pid: number) {
  const before = { processor: processorSeconds(pid), bytes: writtenBytes(pid) };
  const memory: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await delay(MINUTE_MS / SAMPLES);
    memory.push(anonymousMebibytes(pid));
  }
  return {
    memory: median(memory),
    percent: ((processorSeconds(pid) - before.processor) / (MINUTE_MS / 1000)) * 100,
    bytes: writtenBytes(pid) - before.bytes,
  };
}

export interface IdleMinute {
  readonly results: readonly Result[];
  /** Written to the disk in the minute. */
  readonly bytes: number;
}

const MOST_MINUTES = 4;

/**
 * A minute of a running agent once it has looked and checked in. A cycle or a check-in writes: a minute into which one fell is
 * not an idle one, and another is taken.
 */
export async function idleMinuteOf(pid: number, council: Council, assetTag: string): ReturnType<typeof minuteOf> {
  progress('agent: the first cycle and check-in, then an idle minute');
  await untilCheckedIn(council, assetTag);
  await delay(SETTLE_MS);
  let minute = await minuteOf(pid);
  for (let taken = 1; taken < MOST_MINUTES && minute.bytes > 0; taken += 1) {
    progress('agent: a cycle or a check-in fell into that minute, another one');
    minute = await minuteOf(pid);
  }
  return minute;
}

/** A minute between cycles and check-ins, beside a Node that does nothing at all. */
export async function measureIdleMinute(agent: string, council: Council): Promise<IdleMinute> {
  const data = await enrolDevice(agent, council, 'IDLE-1');
  const child = startAgent(agent, data);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 3_600_000)'], { stdio: 'ignore' });
  try {
    const [idle, nothing] = await Promise.all([
      idleMinuteOf(child.pid ?? 0, council, 'IDLE-1'),
      minuteOf(bare.pid ?? 0),
    ]);
    const results: Result[] = [
      {
        name: 'agent.idle.memory',
        value: idle.memory,
        unit: 'MiB anonymous',
        against: nothing.memory,
        reference: 'node that does nothing',
        target: 40,
      },
      {
        name: 'agent.idle.processor',
        value: idle.percent,
        unit: '% of a core',
        against: (bareStart() / 60) * 100,
        reference: 'one node -e 0 a minute',
        target: 0.06,
      },
    ];
    return { results, bytes: idle.bytes };
  } finally {
    await Promise.all([stop(child, 15_000), stop(bare, 1_000)]);
  }
}
