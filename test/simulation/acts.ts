import { policyAt } from '../../packages/shared/src/index.ts';
import type { DiskFault } from './disk.ts';
import { checkFindings, checkStates, type Known, knownTo } from './excuses.ts';
import { decide, incident, request, revoke } from './permits.ts';
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
  let known: Known | undefined;
  let fault: unknown;
  try {
    known = knownTo(simulation, device);
    await running.cycle.run();
  } catch (error) {
    fault = error;
  }
  simulation.afterFault(device, fault);
  const bodies = simulation.look(device).filter(({ gap }) => gap === undefined);
  if (known === undefined) return;
  const { versions, now, reached } = known;
  for (const body of bodies) {
    const at = body.kind === 'event' ? Date.parse(body.at ?? '') : now;
    // What happened before there was a policy is on record under the first that there was.
    const version = policyAt(versions, Math.max(at, reached))?.version ?? versions.at(-1)?.policy.version;
    must(
      body.policyVersion === (version ?? ''),
      `judged by version ${body.policyVersion} while ${version} was in force`,
    );
  }
  checkFindings(simulation, device, bodies, known);
  device.ledger.reach(agent, { wasTold: false });
  if (fault === undefined) checkStates(device, known);
}

/** One check-in. Nothing but the server's own answer to it may change what the device takes for acknowledged. */
export async function checkIn(simulation: Simulation, device: Device): Promise<number> {
  const { agent } = device;
  const { running } = agent;
  if (running === undefined) return 1;
  const [before, heardBefore, serial] = [agent.place(), agent.checkedInAt, running.policies.serial()];
  const pause = await running.uplink.once(new AbortController().signal);
  simulation.network.check();
  must(running.policies.serial() >= serial, `${agent.assetTag} has taken a document that is older than its own`);
  if (simulation.serverDisk.isDead) await simulation.restartServer();
  simulation.afterFault(device);
  simulation.look(device);
  simulation.keyExchange.follow(simulation, device);
  device.ledger.reach(agent, { wasTold: agent.lastAnswerWasGenuine });
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

function plugIn({ world, dice }: Simulation, { agent }: Device): void {
  const { machine, assetTag, hasBookmark: mustBeTold } = agent;
  const serial = `${assetTag}-${machine.plugs.length}`;
  machine.plugs.push({ serial, at: agent.clock.now(), encrypted: dice.chance(0.5), mustBeTold });
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

const deliverLate = (simulation: Simulation) => simulation.withServer(() => simulation.network.deliverLate());

/** What was on its way meanwhile finds a server that takes its counter, and has never heard of what came after it. */
async function restoreServer(simulation: Simulation): Promise<void> {
  await simulation.restoreServer();
  for (let left = simulation.dice.below(4); left > 0; left -= 1) await deliverLate(simulation);
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

/** Runs what is due at the server; where the fleet was judged to the end, that is held against what is so. */
export async function runJobs(simulation: Simulation, workers = 2): Promise<void> {
  const { server, serverClock } = simulation;
  const now = serverClock.now();
  await simulation.withServer(() => server.runJobs(workers));
  simulation.lookForSilence(server.judgedAt === now ? 'all' : undefined);
}

/** Some hours in which the server is there, judging, and nobody calls. */
async function liveHours(simulation: Simulation): Promise<void> {
  const { dice, world, serverDisk } = simulation;
  for (let left = 2 + dice.below(5); left > 0; left -= 1) {
    world.pass((20 + dice.below(dice.chance(0.05) ? 60 : 24)) * 60 * SECOND);
    serverDisk.begin();
    await runJobs(simulation, 1);
  }
}

/** Somebody asks for an authorisation; now and then the device hears of it at once, and what it is for is tried. */
async function permit(simulation: Simulation, device: Device): Promise<void> {
  await request(simulation, device);
  if (simulation.dice.chance(0.4)) return;
  await checkIn(simulation, device);
  plugIn(simulation, device);
}

/** ICT puts a device into store or repair, lets it be quiet, or puts it back into service. */
async function changeState(simulation: Simulation, { agent }: Device): Promise<void> {
  const { dice, server, serverClock, observer } = simulation;
  const state = dice.pick(['in-service', 'in-service', 'in-store', 'in-repair', 'quiet'] as const);
  const day = new Date(serverClock.now() + (1 + dice.below(3)) * 24 * HOUR).toISOString().slice(0, 10);
  const change = state === 'quiet' ? { state, quietUntil: day } : { state };
  if (!(await simulation.withServer(() => server.changeDevice(agent.assetTag, change)))) return;
  const row = observer.devices().find(({ asset_tag }) => asset_tag === agent.assetTag);
  must((row?.state ?? 'in-service') === state, `${agent.assetTag} is ${row?.state}, and was said to be ${state}`);
  if (row !== undefined && simulation.silence.hasRule(serverClock.now())) simulation.lookForSilence({ device: row.id });
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
  { name: 'jobs', weight: 6, act: (simulation) => runJobs(simulation) },
  { name: 'hours of the server', weight: 3, act: liveHours },
  { name: 'authorisation asked', weight: 5, act: permit },
  { name: 'authorisation decided', weight: 2, act: decide },
  { name: 'authorisation revoked', weight: 2, act: revoke },
  { name: 'incident', weight: 2, act: incident },
  { name: 'device state', weight: 3, act: changeState },
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
    act: async (simulation) => void (await deliverLate(simulation)),
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
  { name: 'server restored', weight: 1, isFault: true, act: restoreServer },
  {
    name: 'mail',
    weight: 1,
    isFault: true,
    act: (simulation) => void (simulation.mailFails = simulation.dice.pick([0, 0.5])),
  },
];
