import { join } from 'node:path';
import { measureCycles } from './agent-cycle.ts';
import { measureIdleMinute } from './agent-idle.ts';
import { installAgent } from './agents.ts';
import { openCouncil } from './council.ts';
import { measureNotices } from './notice.ts';
import { print, progress, type Result } from './result.ts';

const CYCLES_AN_HOUR = 4;
const CHECK_INS_AN_HOUR = 12;
/** What the peers' users are promised (docs/decisions/0004-the-bundle.md): 5 MB a day. */
const PEERS_BYTES_AN_HOUR = 5_000_000 / 24;

function writtenAnHour(bytes: { minute: number; cycle: number; checkIn: number }): Result {
  return {
    name: 'agent.idle.written',
    value: bytes.minute * 60 + bytes.cycle * CYCLES_AN_HOUR + bytes.checkIn * CHECK_INS_AN_HOUR,
    unit: 'bytes an hour',
    against: PEERS_BYTES_AN_HOUR,
    reference: '5 MB a day',
    note: `an idle minute ${bytes.minute}, a cycle ${bytes.cycle}, a check-in ${Math.round(bytes.checkIn)}`,
  };
}

/** Everything about the agent, as it is installed, against one server. Prints as it goes. */
export async function measureAgent(folder: string): Promise<void> {
  progress('agent: bundling');
  const agent = await installAgent(join(folder, 'agent'));
  const council = await openCouncil(join(folder, 'council'));
  try {
    const notices = await measureNotices(agent, council);
    notices.results.forEach(print);
    const cycles = await measureCycles(agent, council);
    cycles.results.forEach(print);
    const idle = await measureIdleMinute(agent, council);
    idle.results.forEach(print);
    print(writtenAnHour({ minute: idle.bytes, cycle: cycles.bytes, checkIn: notices.bytesOfCheckIn }));
  } finally {
    await council.stop();
  }
}
