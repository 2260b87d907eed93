import { join } from 'node:path';
import { stop } from '../start/processes.ts';
import { idleMinuteOf } from './agent-idle.ts';
import { enrolDevice, installAgent, startAgent, startDriver } from './agents.ts';
import { type Council, openCouncil } from './council.ts';
import { inventory, type Peer, zabbix } from './life/peers.ts';
import { AWAKE_SECONDS, countOf, WEEK } from './life/week.ts';
import { anonymousMebibytes, processorSeconds, residentMebibytes, writtenBytes } from './proc.ts';
import { median, print, progress } from './result.ts';

const SAY_EVERY = 50;
const INVENTORIES = 5;

interface Idle {
  /** Of a core, from 0 to 1, and bytes a second, between cycles and check-ins. */
  readonly share: number;
  readonly bytesASecond: number;
}

/** The installed agent's own idle minute, which what is done without waiting does not have. */
async function idleOf(agent: string, council: Council): Promise<Idle> {
  const data = await enrolDevice(agent, council, 'LIFE-IDLE');
  const child = startAgent(agent, data);
  try {
    const { percent, bytes } = await idleMinuteOf(child.pid ?? 0, council, 'LIFE-IDLE');
    return { share: percent / 100, bytesASecond: bytes / 60 };
  } finally {
    await stop(child, 15_000);
  }
}

/** Every step of the week, one after the other. */
async function live(agent: string, council: Council): Promise<Peer> {
  const data = await enrolDevice(agent, council, 'LIFE-1');
  const driver = startDriver(agent, 'life', data);
  try {
    await driver.next();
    const memory: number[] = [];
    let [peak, sent] = [0, 0];
    for (const [index, step] of WEEK.entries()) {
      const told = await driver.ask(step);
      sent = told['sent'] ?? 0;
      memory.push(anonymousMebibytes(driver.pid));
      peak = Math.max(peak, residentMebibytes(driver.pid));
      if ((index + 1) % SAY_EVERY === 0) progress(`life: ${index + 1} of ${WEEK.length} steps`);
    }
    const [processor, written] = [processorSeconds(driver.pid), writtenBytes(driver.pid)];
    return { processor, written, sent, medianMebibytes: median(memory), peakMebibytes: peak };
  } finally {
    await stop(driver.child, 15_000);
  }
}

/** What a week of this laptop costs, beside what another agent takes of the same machine while somebody works. */
export async function measureLife(folder: string): Promise<void> {
  progress('life: bundling the agent');
  const agent = await installAgent(join(folder, 'agent'));
  const council = await openCouncil(join(folder, 'council'));
  try {
    const idle = await idleOf(agent, council);
    progress(`life: seven days in ${WEEK.length} steps`);
    const lived = await live(agent, council);
    const other = await zabbix(folder, AWAKE_SECONDS);
    const inventories = inventory(folder);
    const note = `${countOf('cycle')} cycles, ${countOf('check-in')} check-ins, ${countOf('stick')} sticks, ${countOf('print')} print jobs, ${AWAKE_SECONDS / 3600} hours open`;
    const reference = other === undefined ? 'Zabbix agent 2 is not installed' : 'Zabbix agent 2, the same hours';
    const processor = lived.processor + idle.share * AWAKE_SECONDS;
    const row = (name: string, value: number, unit: string, of: keyof Peer) =>
      print({ name: `agent.week.${name}`, value, unit, against: other?.[of] ?? 0, reference, note });
    row('processor', processor, 's', 'processor');
    row('written', lived.written + idle.bytesASecond * AWAKE_SECONDS, 'bytes', 'written');
    row('sent', lived.sent, 'bytes', 'sent');
    row('memory.median', lived.medianMebibytes, 'MiB anonymous', 'medianMebibytes');
    row('memory.peak', lived.peakMebibytes, 'MiB resident', 'peakMebibytes');
    print({
      name: 'agent.week.processor.inventories',
      value: processor,
      unit: 's',
      against: (inventories ?? 0) * INVENTORIES,
      reference: `${INVENTORIES} inventories of FusionInventory`,
      note,
    });
  } finally {
    await council.stop();
  }
}
