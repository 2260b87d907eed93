import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIBRARY, makeTree } from '../../../scripts/package/linux/tree.ts';
import { until } from '../../support/processes.ts';
import { makeRootDisk } from './disks.ts';
import type { Ended } from './guest-commands.ts';
import { type Firmware, kernelOf, Machine, type MachineOptions, SERVER_IN_GUEST } from './machine.ts';
import { laptopFolder, say } from './system.ts';

export interface LaptopOptions {
  /** Of `laptopSystem`. */
  readonly system: string;
  readonly root: 'plain' | 'luks';
  readonly firmware: Firmware;
  readonly serverPort: number;
  /** A port of this machine that the guest reaches as `OTHER_IN_GUEST`: somebody else on the network. */
  readonly otherPort?: number;
  /** Folders to copy into the guest, by path, in the place of what the agent's package puts there. */
  readonly folders?: Readonly<Record<string, string>>;
  /** More files in the guest, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** More entries of the bundle, such as a program that the test runs inside. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly ledger?: string;
}

export const AGENT = '/usr/bin/beadle-agent';
export const NODE = `${LIBRARY}/node`;

/**
 * A council's laptop: Debian with systemd in QEMU, and what the agent's package installs, which is neither started
 * nor enrolled. It reaches one port of this machine and nothing else; nothing reaches it. `stop` it, whatever happens.
 */
export class Laptop {
  readonly folder: string;
  readonly #options: MachineOptions;
  #machine: Machine | undefined;
  #plugged = 0;

  constructor(folder: string, options: MachineOptions) {
    this.folder = folder;
    this.#options = options;
  }

  get machine(): Machine {
    if (this.#machine === undefined) throw new Error('the laptop is off');
    return this.#machine;
  }

  async start(): Promise<void> {
    const from = performance.now();
    this.#machine = await Machine.start(this.#options);
    say(`up after ${((performance.now() - from) / 1000).toFixed(1)} s`);
  }

  run(command: string, input?: string): Promise<Ended> {
    return this.machine.commands.run(command, input);
  }

  stdout(command: string, input?: string): Promise<string> {
    return this.machine.commands.stdout(command, input);
  }

  async enrol(token: string, data = '/var/lib/beadle'): Promise<void> {
    // The laptop answers before its network is there: below the heading there is then no route.
    await this.stdout('until [ "$(wc -l < /proc/net/route)" -gt 1 ]; do sleep 0.1; done');
    await this.stdout(`${AGENT} enrol --server ${SERVER_IN_GUEST} --allow-plain-http --data ${data} --token -`, token);
  }

  /** Makes a stick of 16 MiB with a file system on it; gives the image's path. */
  stick(name: string): string {
    const image = join(this.folder, `${name}.img`);
    writeFileSync(image, '');
    truncateSync(image, 16 * 1024 * 1024);
    execFileSync('mkfs.vfat', [image], { stdio: 'ignore' });
    return image;
  }

  /** Plugs a stick in; gives what pulls it again. `at` is when QEMU did it, in milliseconds of this machine's clock. */
  async plug(serial: string, filename: string): Promise<{ at: number; pull: () => Promise<void> }> {
    const { qmp } = this.machine;
    const id = `stick${(this.#plugged += 1)}`;
    await qmp.ask('blockdev-add', { 'node-name': id, driver: 'raw', file: { driver: 'file', filename } });
    await qmp.ask('device_add', { driver: 'usb-storage', id, bus: 'xhci.0', drive: id, serial, removable: true });
    const at = Date.now();
    const pull = async () => {
      const gone = qmp.event('DEVICE_DELETED', ({ device }) => device === id);
      await qmp.ask('device_del', { id });
      await gone;
      await qmp.ask('blockdev-del', { 'node-name': id });
    };
    return { at, pull };
  }

  /** Plugs a keyboard in. */
  async plugKeyboard(): Promise<void> {
    await this.machine.qmp.ask('device_add', { driver: 'usb-kbd', id: 'keyboard', bus: 'xhci.0' });
  }

  /** Plugs a disk in that is none to be pulled, and mounts it. `blockdev` as of QMP's `blockdev-add`, without its name. */
  async addDisk(blockdev: Readonly<Record<string, unknown>>, folder: string): Promise<() => Promise<void>> {
    const { qmp } = this.machine;
    await qmp.ask('blockdev-add', { 'node-name': 'data', ...blockdev });
    await qmp.ask('device_add', { driver: 'virtio-blk-pci', id: 'data', drive: 'data', serial: 'DATA' });
    const path = '/dev/disk/by-id/virtio-DATA';
    await this.stdout(`until [ -e ${path} ]; do sleep 0.05; done; mkdir -p ${folder} && mount ${path} ${folder}`);
    return async () => {
      await this.stdout(`umount ${folder}`);
      const gone = qmp.event('DEVICE_DELETED', ({ device }) => device === 'data');
      await qmp.ask('device_del', { id: 'data' });
      await gone;
      await qmp.ask('blockdev-del', { 'node-name': 'data' });
    };
  }

  /** Pulls the cable: what the guest sends from now on until its next start reaches nobody. */
  async unplugNetwork(): Promise<void> {
    await this.machine.qmp.ask('set_link', { name: 'net', up: false });
  }

  async plugNetwork(): Promise<void> {
    await this.machine.qmp.ask('set_link', { name: 'net', up: true });
  }

  /** Ends this run and keeps its memory in `path`, to go on from with `resume` as often as is wanted. */
  async suspendTo(path: string): Promise<void> {
    const { qmp } = this.machine;
    await qmp.ask('migrate', { uri: `exec:cat > ${path}` });
    await until('the state', async () => {
      const { status } = (await qmp.ask('query-migrate')) as { status: string };
      if (status === 'failed') throw new Error('the state could not be kept');
      return status === 'completed';
    });
    await this.machine.cut();
  }

  /** Goes on from a kept state, with the present time. What is then written to the disk that it started from is not kept. */
  async resume(path: string): Promise<void> {
    this.#machine = await Machine.start({ ...this.#options, state: path, root: `${this.#options.root},snapshot=on` });
    await this.stdout(`date --set=@${Date.now() / 1000}`);
  }

  async restart(): Promise<void> {
    await this.machine.powerOff();
    await this.start();
  }

  async stop(): Promise<void> {
    try {
      await this.#machine?.cut();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** A laptop that is off. */
export async function makeLaptop(options: LaptopOptions): Promise<Laptop> {
  const { system, root, firmware, serverPort, otherPort, folders, files = {}, programs = {}, ledger } = options;
  const folder = laptopFolder();
  try {
    const tree = join(folder, 'package');
    if (folders === undefined) await makeTree(tree, { programs });
    const { image, kernel } = makeRootDisk(folder, { system, root, folders: folders ?? { '/': tree }, files });
    rmSync(tree, { recursive: true, force: true });
    return new Laptop(folder, {
      folder,
      firmware,
      serverPort,
      ...(otherPort === undefined ? {} : { otherPort }),
      ...(ledger === undefined ? {} : { ledger }),
      kernel: kernelOf(system, kernel),
      root: `file=${image},format=raw`,
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
