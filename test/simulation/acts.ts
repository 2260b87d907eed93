import { policyAt, type PolicyInTime } from '../../packages/shared/src/index.ts';
import { REACHED_AT } from '../../packages/agent/src/outbox/meta.ts';
import type { DiskFault } from './disk.ts';
import type { Device, Simulation } from './simulation.ts';
import { must } from './violation.ts';

type Act = (simulation: Simulation, device: Device) => Promise<void> | void;
interface Weighted {
  readonly name: string;
  readonly weight: number;
  /** Drawn for each run, whether it happens in it at all. */
  readonly isFault?: boolean;
  readonly act: Act;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

function passTime({ world, dice }: Simulation): void {
  const most = dice.pick([SECOND, 30 * SECOND, HOUR / 4, HOUR, 7 * HOUR, dice.chance(0.1) ? 190 * HOUR : 2 * HOUR]);
  world.pass(1 + dice.below(most));
}

/** One cycle of the agent; what it keeps was judged by the policy that it had when it began. */
export async function runCycle(simulation: Simulation, device: Device): Promise<void> {
  const { agent } = device;
  const { running } = agent;
  if (running === undefined) return;
  let versions: readonly PolicyInTime[] = [];
  let [now, reached] = [0, 0];
  let fault: unknown;
  try {
    [versions, now, reached] = [running.policies.versions(), running.now(), running.outbox.meta.integer(REACHED_AT)];
    await running.cycle.run();
  } catch (error) {
    fault = error;
  }
  simulation.afterFault(device, fault);
  for (const body of simulation.look(device)) {
    if (body.gap === undefined) {
      const at = body.kind === 'event' ? Date.parse(body.at ?? '') : now;
      // What happened before there was a policy is on record under the first that there was.
      const version = policyAt(versions, Math.max(at, reached))?.version ?? versions.at(-1)?.policy.version;
      must(
        body.policyVersion === (version ?? ''),
        `judged by version ${body.policyVersion} while ${version} was in force`,
      );
    }
  }
}

/** One check-in. Nothing but the server's own answer to it may change what the device takes for acknowledged. */
export async function checkIn(simulation: Simulation, device: Device): Promise<number> {
  const { agent } = device;
  const { running } = agent;
  if (running === undefined) return 1;
  const [before, heardBefore] = [agent.place(), agent.checkedInAt];
  const pause = await running.uplink.once(new AbortController().signal);
  if (simulation.serverDisk.isDead) await simulation.restartServer();
  simulation.afterFault(device);
  simulation.look(device);
  if (agent.checkedInAt !== heardBefore) device.ledger.isUnawareOfRollback = false;
  const after = agent.place();
  const { device: id, generation, acked } = after;
  if (agent.running === undefined || (acked.sequence === before.acked.sequence && acked.link === before.acked.link))
    return pause;
  must(agent.lastAnswerWasGenuine, 'an answer that was not the server’s own has moved what is acknowledged');
  const held = acked.sequence === 0 ? acked.link : simulation.observer.linkAt(id, generation, acked.sequence);
  must(
    held === acked.link,
    `${agent.assetTag} takes ${acked.sequence} for acknowledged, which the server does not hold`,
  );
  return pause;
}

function plugIn({ world }: Simulation, { agent }: Device): void {
  const { machine, assetTag, hasBookmark: mustBeTold } = agent;
  machine.plugs.push({ serial: `${assetTag}-${machine.plugs.length}`, at: agent.clock.now(), mustBeTold });
  world.count('stick plugged in');
}

function loseStore(simulation: Simulation, device: Device): void {
  const { agent, ledger } = device;
  simulation.look(device);
  const isDamaged = simulation.dice.chance(0.5);
  const isEnrolled = agent.running !== undefined;
  if (isDamaged) agent.damageStore();
  else agent.loseStore();
  ledger.lostStore(agent, 'outbox-lost', simulation.arrived(device));
  ledger.causes.add('outbox-corrupt');
  ledger.mustTellLoss &&= isEnrolled;
  simulation.start(device);
}

function restoreFolder(simulation: Simulation, device: Device): void {
  const { agent, ledger } = device;
  simulation.look(device);
  if (agent.restoreFolder()) ledger.lostStore(agent, 'restored-from-older-copy', simulation.arrived(device));
  simulation.start(device);
}

async function byAPerson({
  server,
  observer,
  dice,
  ...simulation
}: Pick<Simulation, 'server' | 'observer' | 'dice' | 'withServer'>): Promise<void> {
  const refs = observer.openRefs();
  if (refs.length === 0) return;
  const ref = dice.pick(refs);
  await simulation.withServer(() => (dice.chance(0.5) ? server.acknowledge(ref) : server.close(ref)));
}

const someStatements = ({ dice }: Simulation) => 1 + dice.below(dice.pick([4, 30, 120]));
const diskFault = ({ dice }: Simulation): DiskFault => (dice.chance(0.7) ? 'crash' : dice.pick(['full', 'unwritable']));

export const ACTS: readonly Weighted[] = [
  { name: 'time passes', weight: 10, act: passTime },
  { name: 'cycle', weight: 14, act: runCycle },
  { name: 'check-in', weight: 18, act: async (simulation, device) => void (await checkIn(simulation, device)) },
  { name: 'stick', weight: 8, act: plugIn },
  {
    name: 'encryption',
    weight: 6,
    act: ({ dice }, { agent }) => void (agent.machine.encryption = dice.pick(['on', 'off', 'off', 'unreadable'])),
  },
  { name: 'jobs', weight: 6, act: async (simulation) => void (await simulation.withServer(simulation.server.runJobs)) },
  { name: 'policy', weight: 3, act: (simulation) => simulation.newPolicy() },
  {
    name: 'person',
    weight: 3,
    act: (simulation) =>
      byAPerson({
        server: simulation.server,
        observer: simulation.observer,
        dice: simulation.dice,
        withServer: (work) => simulation.withServer(work),
      }),
  },
  { name: 'enrol again', weight: 1, isFault: true, act: (simulation, device) => simulation.enrol(device) },
  {
    name: 'late message',
    weight: 4,
    isFault: true,
    act: (simulation) => simulation.withServer(() => simulation.network.deliverLate()).then(() => undefined),
  },
  {
    name: 'log unreadable',
    weight: 2,
    isFault: true,
    act: ({ dice }, { agent }) => void (agent.machine.logReadable = dice.chance(0.5)),
  },
  {
    name: 'clock set',
    weight: 2,
    isFault: true,
    act: ({ dice }, { agent }) =>
      void (agent.clock.skew = dice.pick([0, HOUR, -HOUR, -9 * 24 * HOUR, 400 * 24 * HOUR])),
  },
  {
    name: 'server clock set',
    weight: 1,
    isFault: true,
    act: ({ dice, serverClock }) => void (serverClock.skew += dice.below(2 * HOUR)),
  },
  {
    name: 'agent disk',
    weight: 5,
    isFault: true,
    act: (simulation, { agent }) => agent.disk.failAt(someStatements(simulation), diskFault(simulation)),
  },
  {
    name: 'agent disk mended',
    weight: 4,
    act: (simulation, device) => (device.agent.stop(), simulation.start(device)),
  },
  { name: 'store lost', weight: 1, isFault: true, act: loseStore },
  {
    name: 'folder copied',
    weight: 1,
    isFault: true,
    act: (simulation, device) => (simulation.look(device), device.agent.copyFolder(), simulation.start(device)),
  },
  { name: 'folder restored', weight: 1, isFault: true, act: restoreFolder },
  {
    name: 'server disk',
    weight: 6,
    isFault: true,
    act: (simulation) => simulation.serverDisk.failAt(someStatements(simulation), diskFault(simulation)),
  },
  { name: 'server restarted', weight: 3, act: (simulation) => simulation.restartServer() },
  { name: 'server copied', weight: 1, isFault: true, act: (simulation) => simulation.copyServer() },
  { name: 'server restored', weight: 1, isFault: true, act: (simulation) => simulation.restoreServer() },
  {
    name: 'mail',
    weight: 1,
    isFault: true,
    act: (simulation) => void (simulation.mailFails = simulation.dice.pick([0, 0.5])),
  },
];
