import { createHash } from 'node:crypto';
import type { GapBody } from '@beadle/shared';
import { verifyAudit } from '../../packages/server/src/audit/verify.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { ACTS, checkIn, runCycle, runJobs } from './acts.ts';
import { checkBreaches, checkChains, checkNotices, policyInForce, saltsHeld } from './check-server.ts';
import type { Ground } from './server.ts';
import { type Device, Simulation } from './simulation.ts';
import { checkPermits, checkTold, permitsOf } from './told.ts';
import { must, Violation } from './violation.ts';

const HOUR = 3_600_000;

export interface Outcome {
  readonly seed: number;
  readonly violation: string | undefined;
  /** What happened, how often. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of all that happened, in order: the same seed gives the same. */
  readonly trace: string;
}

function drawActs({ dice }: Simulation) {
  const acts = ACTS.filter(({ isFault }) => isFault !== true || dice.chance(0.5));
  const total = acts.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let at = dice.fraction() * total;
    const drawn = acts.find(({ weight }) => (at -= weight) < 0);
    must(drawn !== undefined, 'the weights do not add up');
    return drawn;
  };
}

async function live(simulation: Simulation): Promise<void> {
  const { dice, world, devices } = simulation;
  const draw = drawActs(simulation);
  const steps = 30 + dice.below(60);
  for (let step = 0; step < steps; step += 1) {
    world.pass(1 + dice.below(2000));
    const { name, act } = draw();
    const device = dice.pick(devices);
    world.count(name);
    simulation.serverDisk.begin();
    device.agent.disk.begin();
    await act(simulation, device);
    await simulation.withdrawing.act(simulation);
    await simulation.ordering.act(simulation, device);
    await simulation.keyExchange.act(simulation);
    simulation.network.check();
    const waiting = device.agent.running === undefined ? '-' : device.agent.kept().length;
    world.note(
      name,
      device.agent.assetTag,
      waiting,
      simulation.observer.findings().length,
      simulation.observer.breaches().length,
    );
  }
}

/** Whoever the server no longer knows is enrolled again, as ICT would see from its silence. */
async function enrolIfNeeded(simulation: Simulation, device: Device): Promise<void> {
  const { agent } = device;
  const row = simulation.observer.devices().find(({ asset_tag }) => asset_tag === agent.assetTag);
  const { running } = agent;
  const known = running === undefined || row === undefined ? undefined : simulation.observer.key(running.keyId);
  if (running === undefined || known === undefined || known.revoked_at !== null) await simulation.enrol(device);
}

/** All faults end; after some hours everything must have come to rest. */
async function calmDown(simulation: Simulation): Promise<void> {
  const { world, devices, network } = simulation;
  network.isFaulty = false;
  simulation.withdrawing.isFaulty = false;
  simulation.mailFails = 0;
  await simulation.restartServer();
  for (const { agent } of devices) agent.machine.logReadable = true;
  for (const device of devices) {
    device.agent.stop();
    simulation.start(device);
    await enrolIfNeeded(simulation, device);
  }
  for (let round = 0, before = ''; round < 16; round += 1) {
    world.pass(2 * HOUR);
    simulation.serverDisk.begin();
    for (const device of devices) {
      device.agent.disk.begin();
      await runCycle(simulation, device);
      for (let count = 0; count < 20 && (await checkIn(simulation, device)) === 0; count += 1);
      await simulation.ordering.settle(simulation, device);
    }
    world.pass(1);
    await runJobs(simulation);
    const now = JSON.stringify(simulation.observer.sizes());
    // What an older copy of the database takes for withdrawn is looked at again within a day.
    const enough = simulation.withdrawing.hasForgotten ? 14 : 5;
    if (round >= enough && now === before) return;
    before = now;
  }
}

function checkDevice(simulation: Simulation, { agent, ledger }: Device): void {
  const { observer } = simulation;
  const { running, assetTag } = agent;
  must(running !== undefined, `${assetTag} does not run`);
  const { device, generation } = running.identity.enrolment;
  const { pending } = running.outbox.waiting();
  must(pending === 0, `${assetTag} still has ${pending} findings to send`);
  const held = saltsHeld(observer, device, ledger.isRolledBack);
  const rows = observer.findings().filter((row) => row.device === device);
  const gaps = rows
    .filter(({ form }) => form === 'gap')
    .map((row) => JSON.parse(Buffer.from(row.body ?? '').toString()).gap as GapBody['gap']);
  for (const { cause } of gaps)
    must(ledger.causes.has(cause), `${assetTag} says ${cause}, and nothing of the kind has happened`);
  const missing = [...ledger.entries].filter(([salt, entry]) => !entry.excused && !held.has(salt));
  const counted = gaps.reduce((sum, { lost }) => sum + (lost ?? 0), 0);
  const untold = ledger.checkPlugs(agent);
  const isUncounted = gaps.some(({ lost }) => lost === null);
  must(
    isUncounted || missing.length + untold <= counted,
    `${assetTag}: ${missing.length} findings and ${untold} sticks never arrived, and the gap records tell of ${counted}`,
  );
  if (ledger.mustTellLoss) must(gaps.length > 0, `${assetTag} lost its store and its chain does not say so`);
  const states = running.memory
    .states()
    .map(({ rule, subject, verdict, policy_version }) => [rule, subject, verdict, policy_version].join(' '));
  const told = observer
    .states(device)
    .map(({ rule, subject, verdict, policy_version }) => [rule, subject, verdict, policy_version].join(' '));
  must(
    states.toSorted().join('\n') === told.toSorted().join('\n'),
    `${assetTag} is in another state than the server says: ${states.join('; ')} / ${told.join('; ')}`,
  );
  const version = policyInForce(observer)?.version;
  must(
    running.policies.inForce()?.version === version,
    `${assetTag} judges by ${running.policies.inForce()?.version}, not by ${version}`,
  );
  const judged = observer.states(device).filter(({ verdict }) => verdict !== 'unknown');
  for (const row of judged)
    must(row.policy_version === version, `${row.rule} is judged by version ${row.policy_version}, not by ${version}`);
  const row = observer.devices().find(({ id }) => id === device);
  must(row !== undefined && generation > 0, 'enrolled');
  simulation.ordering.checkAtRest(simulation, { agent, ledger });
  simulation.keyExchange.checkAtRest(simulation, { agent, ledger });
  checkTold(running.policies.authorisations(), permitsOf(observer, row), simulation.serverClock.now());
}

async function checkAll(simulation: Simulation): Promise<void> {
  const { observer, devices, world, server, serverClock } = simulation;
  checkChains(observer);
  for (const device of devices) checkDevice(simulation, device);
  checkBreaches(observer, serverClock.now());
  checkNotices(observer);
  checkPermits(observer);
  simulation.withdrawing.checkAtRest(simulation);
  for (const { id } of observer.notices())
    must(simulation.hasLeft(id), `the notice ${id} is said to be sent and never left`);
  const stuck = observer.jobsLeft().filter(({ run_at }) => run_at <= serverClock.now());
  must(stuck.length === 0, `jobs are left: ${JSON.stringify(stuck)}`);
  const audit = await verifyAudit(server.db, ORGANISATION);
  must(audit.intact, `the audit is broken: ${JSON.stringify(audit)}`);
  const acts = observer.acts().filter(({ action }) => action === 'policy-put-in-force').length;
  must(acts === observer.policies().length, 'a policy was put in force and the audit does not say so');
  world.note('end', observer.findings().length, observer.breaches().length, observer.notices().length);
}

/** One seed's world, from its beginning to its rest. What the seed decides is the same every time. */
export async function runSeed(seed: number, ground: Ground): Promise<Outcome> {
  const simulation = new Simulation(seed, ground);
  const { world } = simulation;
  let violation: string | undefined;
  try {
    await simulation.begin();
    await live(simulation);
    await calmDown(simulation);
    await checkAll(simulation);
  } catch (error) {
    violation =
      error instanceof Violation
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
  } finally {
    await simulation.end().catch((error: unknown) => (violation ??= String(error)));
  }
  const trace = createHash('sha256').update(world.trace.join('\n')).digest('hex').slice(0, 16);
  return { seed, violation, counts: world.counts, trace };
}
