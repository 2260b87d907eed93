import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { collectedOn } from '../../packages/agent/src/collectors/registry.ts';
import { stop } from '../start/processes.ts';
import { processesElsewhere } from './agent-processes.ts';
import { enrolDevice, startDriver } from './agents.ts';
import type { Council } from './council.ts';
import type { Driver } from './lines.ts';
import { endedSeconds, processorSeconds, writtenBytes } from './proc.ts';
import { median, progress, type Result } from './result.ts';

const WARM_CYCLES = 7;
const REFERENCES = 20;
/** What is counted for a process that has ended is there a moment later; so is a check-in that a cycle causes. */
const SETTLE_MS = 500;

interface Cost {
  readonly processor: number;
  readonly seconds: number;
  readonly processes: number;
  readonly bytes: number;
}

async function costOf(
  driver: Driver,
  processesBefore: number,
  run: () => Promise<Record<string, number>>,
): Promise<Cost> {
  const before = { processor: processorSeconds(driver.pid), bytes: writtenBytes(driver.pid) };
  const { processes = 0, milliseconds = 0 } = await run();
  await delay(SETTLE_MS);
  return {
    processor: processorSeconds(driver.pid) - before.processor,
    seconds: milliseconds / 1000,
    processes: processes - processesBefore,
    bytes: writtenBytes(driver.pid) - before.bytes,
  };
}

/** Processor seconds of one `node -e 0`, from its start to its end. */
export function bareStart(): number {
  const before = endedSeconds(process.pid);
  for (let at = 0; at < REFERENCES; at += 1) spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  return (endedSeconds(process.pid) - before) / REFERENCES;
}

async function warmCycles(driver: Driver, started: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let at = 0; at < WARM_CYCLES; at += 1) {
    const before = started + costs.reduce((sum, { processes }) => sum + processes, 0);
    costs.push(await costOf(driver, before, () => driver.ask('cycle')));
  }
  return costs;
}

/** Children of the agent: what a cycle asks of other programs, each started and waited for. */
function processesOf(cold: number, warm: number): Result[] {
  const { collectors, histories, place } = collectedOn('linux');
  const all = [...collectors, ...histories, ...(place === undefined ? [] : [place])];
  const against = new Set(all.flatMap(({ sources }) => sources.map(({ id }) => id))).size;
  const of = { unit: 'processes', against, reference: 'one process a source' };
  return [
    { name: 'agent.cycle.cold.processes', value: cold, ...of },
    { name: 'agent.cycle.warm.processes', value: warm, ...of },
  ];
}

export interface Cycles {
  readonly results: readonly Result[];
  /** Written to the disk by one warm cycle. */
  readonly bytes: number;
}

/** A cold cycle (the start of the agent, everything asked once) and warm ones (nothing has changed since). */
export async function measureCycles(agent: string, council: Council): Promise<Cycles> {
  progress('agent: a cold cycle and warm ones');
  const data = await enrolDevice(agent, council, 'CYCLE-1');
  const reference = bareStart();
  const driver = startDriver(agent, 'cycles', data);
  try {
    const first = { processor: 0, bytes: 0, ...(await driver.next()) } as Record<string, number>;
    await delay(SETTLE_MS);
    const cold = processorSeconds(driver.pid);
    const costs = await warmCycles(driver, first['processes'] ?? 0);
    const of = (what: keyof Cost) => median(costs.map((cost) => cost[what]));
    const against = { against: reference, reference: 'node -e 0, processor' };
    const notes = {
      cold: `${first['processes']} processes, ${((first['milliseconds'] ?? 0) / 1000).toFixed(2)} s, the agent's own start and first check-in included`,
      warm: `median of ${WARM_CYCLES}: ${of('processes')} processes, ${of('seconds').toFixed(3)} s`,
    };
    const results: Result[] = [
      { name: 'agent.cycle.cold.processor', value: cold, unit: 's', ...against, note: notes.cold },
      {
        name: 'agent.cycle.warm.processor',
        value: of('processor'),
        unit: 's',
        ...against,
        target: 0.38,
        note: notes.warm,
      },
      ...processesOf(first['processes'] ?? 0, of('processes')),
      ...(await processesElsewhere()),
    ];
    return { results, bytes: of('bytes') };
  } finally {
    await stop(driver.child, 15_000);
  }
}
