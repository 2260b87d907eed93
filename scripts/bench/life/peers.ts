import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { missingPackages, type PeerPackage } from '../../debian-packages.ts';
import { stop } from '../../start/processes.ts';
import { anonymousMebibytes, endedSeconds, processorSeconds, residentMebibytes, writtenBytes } from '../proc.ts';
import { median, progress } from '../result.ts';

/** What the same week costs by another program. */
export interface Peer {
  readonly processor: number;
  readonly written: number;
  readonly sent: number;
  readonly medianMebibytes: number;
  readonly peakMebibytes: number;
}

const PORT = 10_850;
const MINUTE_MS = 60_000;
const MINUTES = 2;
const SAMPLES = 12;
/** As in its makers' template for Linux: processor, memory, load, swap, disks, network, uptime, once a minute. */
const ITEMS = [
  ...['idle', 'user', 'system', 'iowait', 'softirq', 'steal'].map((type) => `system.cpu.util[,${type}]`),
  ...['avg1', 'avg5', 'avg15'].map((over) => `system.cpu.load[all,${over}]`),
  ...['available', 'total', 'pavailable'].map((what) => `vm.memory.size[${what}]`),
  ...['free', 'total'].map((what) => `system.swap.size[,${what}]`),
  'system.uptime',
  'system.localtime',
  'system.users.num',
  'proc.num',
  'proc.num[,,run]',
  'vfs.fs.get',
  'net.if.discovery',
  'vfs.dev.discovery',
  'agent.ping',
];

/** One item over the agent's own protocol (https://www.zabbix.com/documentation/6.0/en/manual/appendix/protocols/header_datalen); its bytes. */
async function ask(item: string): Promise<number> {
  const socket = connect(PORT, '127.0.0.1');
  const length = Buffer.alloc(8);
  length.writeUInt32LE(Buffer.byteLength(item));
  socket.end(Buffer.concat([Buffer.from('ZBXD\x01'), length, Buffer.from(item)]));
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await once(socket, 'close');
  if (bytes === 0) throw new Error(`Zabbix's agent does not answer ${item}`);
  return bytes;
}

async function untilItAnswers(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await ask('agent.ping').catch(() => 0);
    if (answered > 0) return;
    await delay(100);
  }
  throw new Error("Zabbix's agent does not answer within ten seconds");
}

/** Says so where it is. */
const isMissing = (name: PeerPackage): boolean => {
  if (missingPackages([name]).length === 0) return false;
  progress(`life: ${name} is not installed, and left out: apt-get install ${name}`);
  return true;
};

/** Zabbix agent 2 while somebody works: two minutes with a question for each item a minute, for as long as in the week. */
export async function zabbix(folder: string, awakeSeconds: number): Promise<Peer | undefined> {
  if (isMissing('zabbix-agent2')) return undefined;
  progress(`life: Zabbix agent 2 for ${MINUTES} minutes, ${ITEMS.length} items a minute`);
  const work = mkdtempSync(join(folder, 'zabbix-'));
  const file = join(work, 'agent.conf');
  const settings = { Server: '127.0.0.1', ListenIP: '127.0.0.1', ListenPort: PORT, LogFile: join(work, 'log') };
  const more = { ControlSocket: join(work, 'socket'), PluginSocket: join(work, 'plugins'), PidFile: join(work, 'pid') };
  const lines = Object.entries({ ...settings, ...more }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''));
  const child = spawn('zabbix_agent2', ['-f', '-c', file], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  try {
    await untilItAnswers();
    const before = { processor: processorSeconds(pid), written: writtenBytes(pid), at: performance.now() };
    const memory: number[] = [];
    let [sent, peak] = [0, 0];
    for (let minute = 0; minute < MINUTES; minute += 1) {
      for (const item of ITEMS) sent += await ask(item);
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        await delay(MINUTE_MS / SAMPLES);
        memory.push(anonymousMebibytes(pid));
        peak = Math.max(peak, residentMebibytes(pid));
      }
    }
    const times = (awakeSeconds * 1000) / (performance.now() - before.at);
    return {
      processor: (processorSeconds(pid) - before.processor) * times,
      written: (writtenBytes(pid) - before.written) * times,
      sent: sent * times,
      medianMebibytes: median(memory),
      peakMebibytes: peak,
    };
  } finally {
    await stop(child, 5_000);
    rmSync(work, { recursive: true, force: true });
  }
}

/** Processor seconds of one inventory by FusionInventory's agent, which is not resident. */
export function inventory(folder: string): number | undefined {
  if (isMissing('fusioninventory-agent')) return undefined;
  progress('life: an inventory of FusionInventory');
  const before = endedSeconds(process.pid);
  const args = ['--local', folder, '--force', '--no-task=deploy,netdiscovery,netinventory,wakeonlan,collect,esx'];
  const { status, stderr } = spawnSync('fusioninventory-agent', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`fusioninventory-agent: ${stderr}`);
  return endedSeconds(process.pid) - before;
}
