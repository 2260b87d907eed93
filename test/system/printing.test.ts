import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceContext, evaluate, isKnown, type Job, type Observation, type PolicyDocument } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FROM_START } from '../../packages/agent/src/collectors/collector.ts';
import { printingLinux } from '../../packages/agent/src/collectors/printing/linux.ts';
import { printJobsLinux } from '../../packages/agent/src/collectors/printing/linux-history.ts';
import type { Host } from '../../packages/agent/src/host/host.ts';
import { createMachine } from '../../packages/agent/src/host/machine.ts';
import { LINUX_SOURCES } from '../../packages/agent/src/sources/linux.ts';
import { createSpoolWatcher } from '../../packages/agent/src/watch/cups-spool.ts';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { type Cups, startCups, startPrinter, until } from './fixtures/cups.ts';

const why = whySkipped('cups-daemon', 'cups-client', 'cups-filters', 'cups-ipp-utils', 'dbus-daemon');

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

const policy: PolicyDocument = {
  beadlePolicy: 1,
  title: 'Printing',
  organisation: 'A council',
  version: '1',
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'information-security-team-leader',
  rules: [
    {
      id: 'home',
      clause: '5.14',
      says: 'Not at home.',
      check: 'printing',
      require: { homePrinting: 'deny' },
      severity: 'high',
    },
  ],
};

const device: DeviceContext = {
  kind: 'laptop',
  population: null,
  groups: [],
  onCouncilNetwork: { unknown: 'not-told' },
  register: null,
  registeredSticks: null,
};

async function observed(host: Host, events: readonly unknown[]): Promise<Observation> {
  const outputs = new Map();
  for (const source of printingLinux.sources) outputs.set(source.id, await host.read(source));
  return { ...printingLinux.collect(outputs, clock.now()), events };
}

const judge = (observation: Observation) =>
  evaluate({
    policy,
    device,
    observations: new Map([['printing', observation]]),
    since: new Map(),
    now: clock.now(),
  }).filter(({ rule }) => rule.id === 'home');

describe.skipIf(why !== undefined)(`a real print service${why === undefined ? '' : ` (${why})`}`, () => {
  let cups: Cups;
  let printer: Awaited<ReturnType<typeof startPrinter>>;
  let host: Host;
  let folder: string;
  let page: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-printing-'));
    page = join(folder, 'page.txt');
    writeFileSync(page, 'one line\n');
    [cups, printer] = await Promise.all([startCups(), startPrinter()]);
    host = createMachine({ clock, sources: LINUX_SOURCES, environment: { CUPS_SERVER: cups.server } });
  });

  afterAll(async () => {
    await cups?.stop();
    await printer?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const jobsSince = async (bookmark: string) => {
    const kept = await printJobsLinux.since(host, bookmark);
    if (!isKnown(kept)) throw new Error(`${kept.unknown} ${kept.detail}`);
    return { jobs: kept.known.events as readonly Job[], bookmark: kept.known.bookmark };
  };

  it('knows that a scheduler without queues has none', async () => {
    const { facts } = await observed(host, []);
    expect(facts).toEqual({ known: { queues: { known: [] }, jobs: { known: 'told' } } });
  });

  it('lists queues by where they lead, whatever their names', async () => {
    await cups.addPrinter('OfficePrinter', printer.uri);
    cups.run('lpadmin', '-p', 'HomeInkjet', '-E', '-v', 'file:///dev/null');
    const { facts } = await observed(host, []);
    const queues = isKnown(facts) ? (facts.known as { queues: unknown }).queues : undefined;
    expect(queues).toEqual({
      known: expect.arrayContaining([
        { name: 'OfficePrinter', target: printer.uri, reach: 'local' },
        { name: 'HomeInkjet', target: '///dev/null', reach: 'file' },
      ]),
    });
  });

  it('sees a job to a printer as one failing event and a job to a file as a pass, once each', async () => {
    const before = await printJobsLinux.end(host);
    if (!isKnown(before)) throw new Error(before.unknown);
    cups.run('lp', '-d', 'OfficePrinter', '-t', 'Named after a person', page);
    cups.run('lp', '-d', 'HomeInkjet', page);
    await until('both jobs have ended', async () => (await jobsSince(before.known)).jobs.length === 2, 60_000);

    const { jobs, bookmark } = await jobsSince(before.known);
    expect(JSON.stringify(jobs)).not.toContain('Named');
    const events = judge(await observed(host, jobs)).filter(({ kind }) => kind === 'event');
    expect(events.map(({ subject, verdict, severity }) => ({ subject, verdict, severity }))).toEqual(
      expect.arrayContaining([
        { subject: 'OfficePrinter', verdict: 'fail', severity: 'high' },
        { subject: 'HomeInkjet', verdict: 'pass', severity: 'high' },
      ]),
    );
    expect((await jobsSince(bookmark)).jobs).toEqual([]);
  });

  it('counts no job that was canceled', async () => {
    const { bookmark } = await jobsSince(FROM_START);
    cups.run('lp', '-d', 'HomeInkjet', '-H', 'hold', page);
    cups.run('cancel', '-a', 'HomeInkjet');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await jobsSince(bookmark)).jobs).toEqual([]);
  });

  it('is told by the spool within seconds that there is a job', async () => {
    const stopping = new AbortController();
    let hints = 0;
    const watching = createSpoolWatcher({ folder: cups.spool }).watch(() => (hints += 1), stopping.signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    cups.run('lp', '-d', 'HomeInkjet', page);
    await until('a hint', () => hints > 0, 3000);
    stopping.abort();
    await watching;
    expect(hints).toBeGreaterThan(0);
  });

  it('cannot tell once the service has gone', async () => {
    await cups.stop();
    const { facts } = await observed(host, []);
    expect(facts).toMatchObject({ known: { queues: { unknown: 'service-down' }, jobs: { unknown: 'service-down' } } });
    expect(judge(await observed(host, [])).map(({ verdict }) => verdict)).toEqual(['unknown']);
  });
});
