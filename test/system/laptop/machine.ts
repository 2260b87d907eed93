import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/processes.ts';
import { GuestCommands } from './guest-commands.ts';
import { Qmp } from './qmp.ts';

export interface Firmware {
  readonly assetTag: string;
  readonly serialNumber: string;
}

export interface MachineOptions {
  /** For its sockets, its console and its firmware's tables. */
  readonly folder: string;
  readonly kernel: { readonly image: string; readonly initrd: string; readonly commandLine: string };
  /** QEMU's `-drive` options of the disk that it starts from, without its name. */
  readonly root: string;
  readonly firmware: Firmware;
  /** The port of this machine's loopback address that the guest reaches as `SERVER_IN_GUEST`, and nothing else. */
  readonly serverPort: number;
  /** A port that it reaches as `OTHER_IN_GUEST`, where there is anybody else. */
  readonly otherPort?: number;
  /** Where what the guest writes to the virtio port `beadle.ledger` is kept, at once. */
  readonly ledger?: string;
  /** A state to go on from, instead of a start. */
  readonly state?: string;
}

export const SERVER_IN_GUEST = 'http://10.0.2.100';
export const OTHER_IN_GUEST = '10.0.2.101';
const MEMORY_MB = 640;

/**
 * SMBIOS 3.7, 7.4: the enclosure as a structure of its own, since QEMU's says `Other` for the kind: a notebook (10), with its
 * maker, version, serial number and asset tag as strings 1 to 4.
 */
function enclosure({ assetTag, serialNumber }: Firmware): Buffer {
  const [type, length, handle] = [3, 0x16, 0x0300];
  const structure = Buffer.alloc(length);
  structure.set([type, length, handle & 0xff, handle >> 8, 1, 10, 2, 3, 4, 3, 3, 3, 2]);
  const strings = ['Beadle', '1', serialNumber, assetTag].map((text) => `${text}\0`).join('');
  return Buffer.concat([structure, Buffer.from(`${strings}\0`)]);
}

function argumentsOf(options: MachineOptions): string[] {
  const { folder, kernel, root, firmware, serverPort, otherPort, ledger, state } = options;
  const tables = join(folder, 'enclosure.bin');
  writeFileSync(tables, enclosure(firmware));
  const socket = (name: string) => `socket,id=${name},path=${join(folder, name)},server=on,wait=off`;
  const forwarded = (address: string, port: number) =>
    `guestfwd=tcp:${address}:80-cmd:/bin/busybox nc 127.0.0.1 ${port}`;
  const forward = [
    forwarded('10.0.2.100', serverPort),
    ...(otherPort === undefined ? [] : [forwarded(OTHER_IN_GUEST, otherPort)]),
  ].join(',');
  return [
    ['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'pc', '-m', `${MEMORY_MB}`],
    // Debian's kernels do not start under every hypervisor that offers /dev/kvm: emulated it runs everywhere.
    ['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-rtc', 'base=utc'],
    ['-kernel', kernel.image, '-initrd', kernel.initrd, '-append', kernel.commandLine],
    ['-smbios', `type=1,manufacturer=Beadle,product=Laptop,serial=${firmware.serialNumber}`],
    ['-smbios', `file=${tables}`],
    ['-serial', `file:${join(folder, 'console')}`, '-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
    ['-drive', `if=none,id=root,cache=unsafe,${root}`, '-device', 'virtio-blk-pci,drive=root,serial=ROOT'],
    ['-device', 'virtio-serial-pci', '-chardev', socket('agent')],
    ['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ['-chardev', ledger === undefined ? 'null,id=ledger' : `file,id=ledger,append=on,path=${ledger}`],
    ['-device', 'virtserialport,chardev=ledger,name=beadle.ledger'],
    ['-netdev', `user,id=net,restrict=on,${forward}`, '-device', 'virtio-net-pci,netdev=net'],
    ['-device', 'qemu-xhci,id=xhci', '-device', 'virtio-rng-pci'],
    state === undefined ? [] : ['-incoming', `exec:cat ${state}`],
  ].flat();
}

/** The kernel and its initial file system, in a system's folder. */
export function kernelOf(system: string, commandLine: string): MachineOptions['kernel'] {
  const [image, initrd] = [globSync(join(system, 'boot/vmlinuz-*'))[0], globSync(join(system, 'boot/initrd.img-*'))[0]];
  if (image === undefined || initrd === undefined) throw new Error(`${system} has no kernel`);
  return { image, initrd, commandLine: `${commandLine} rw console=ttyS0 loglevel=4 systemd.show_status=no` };
}

/** One run of QEMU, from its start or a kept state until it is powered off or cut. */
export class Machine {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly qmp: Qmp;
  readonly commands: GuestCommands;

  private constructor(process: ChildProcess, ended: Promise<unknown>, sockets: { qmp: Qmp; commands: GuestCommands }) {
    this.#process = process;
    this.#ended = ended;
    this.qmp = sockets.qmp;
    this.commands = sockets.commands;
  }

  /** Resolves when the guest takes commands. */
  static async start(options: MachineOptions, withinMs = 240_000): Promise<Machine> {
    const { folder } = options;
    for (const name of ['qmp', 'agent']) rmSync(join(folder, name), { force: true });
    // It ends with the process that started it, however that ends.
    const qemu = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...argumentsOf(options)];
    const process = spawn('setpriv', qemu, { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(process, 'exit');
    let errors = '';
    process.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    if (process.pid !== undefined) setPriority(process.pid, 5);
    const stop = () => process.kill('SIGKILL');
    try {
      await until('QEMU', () => {
        if (process.exitCode !== null) throw new Error(`QEMU ended: ${errors}`);
        return existsSync(join(folder, 'qmp')) && existsSync(join(folder, 'agent'));
      });
      const qmp = await Qmp.open(join(folder, 'qmp'));
      const commands = await GuestCommands.open(join(folder, 'agent'), withinMs);
      return new Machine(process, ended, { qmp, commands });
    } catch (error) {
      stop();
      await ended;
      const console = existsSync(join(folder, 'console')) ? readFileSync(join(folder, 'console'), 'utf8') : '';
      throw new Error(`the laptop did not start: ${errors}\n${console.slice(-4000)}`, { cause: error });
    }
  }

  /** As when the battery is taken out: what the guest had not flushed is gone. */
  async cut(): Promise<void> {
    this.qmp.close();
    this.commands.close();
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Shuts the guest down as its user would. */
  async powerOff(): Promise<void> {
    // The guest may be gone before it has said that it goes.
    await this.commands.run('systemctl poweroff --no-block').catch(() => undefined);
    await this.#ended;
    this.qmp.close();
    this.commands.close();
  }
}
