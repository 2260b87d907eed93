import { createDevice as createAgent, type DeviceOptions } from '../../scripts/simulated/device.ts';
import { collectorsOf, type Machine, placeOf } from './machine.ts';

interface Options extends Pick<DeviceOptions, 'world' | 'transport' | 'token'> {
  readonly machine: Machine;
}

/** A Windows device: all of the agent but for its disk, its clock and its machine, which is made up. */
export async function createDevice({ machine, ...options }: Options) {
  const agent = await createAgent({
    ...options,
    serialNumber: machine.serial,
    system: { platform: 'win32', release: '26200' },
    collectors: collectorsOf(machine),
    place: placeOf(machine),
  });
  let isUnprotected = false;
  return {
    ...agent,
    machine,
    /** Looks, and keeps what is found. */
    async cycle(): Promise<void> {
      await agent.cycle();
      isUnprotected = agent.isFailing('malware-protection');
    },
    /** Its protection fails, which is no breach until it has been in contact for a while. */
    isUnprotected: () => isUnprotected,
  };
}
export type Device = Awaited<ReturnType<typeof createDevice>>;
