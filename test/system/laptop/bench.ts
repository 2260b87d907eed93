import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyInReport } from '../../../scripts/start/policy.ts';
import { until } from '../../support/processes.ts';
import { type RealServer, startRealServer } from '../fixtures/real-server.ts';
import { type Laptop, makeLaptop } from './laptop.ts';
import { SERVER_IN_GUEST } from './machine.ts';

export interface Finding {
  readonly rule: string;
  readonly subject: string;
  readonly kind: 'state' | 'event';
  readonly verdict: string;
  readonly reason: string | null;
  readonly observedAt: string;
  readonly receivedAt: string;
}

export interface Bench {
  readonly server: RealServer;
  readonly laptop: Laptop;
  /** Every finding of the laptop under a rule that the server has, in the order in which they were made. */
  findings(rule: string): Promise<Finding[]>;
  /** Resolves with the first finding under `rule` that `isWanted`, when the server has it. */
  arrival(rule: string, isWanted: (finding: Finding) => boolean, withinMs?: number): Promise<Finding>;
  /** Starts the agent as its service; resolves when it hears of what is plugged in. */
  startAgent(): Promise<void>;
  stopAgent(): Promise<void>;
  stop(): Promise<void>;
}

interface BenchOptions {
  readonly system: string;
  readonly root: 'plain' | 'luks';
  readonly assetTag: string;
  readonly otherPort?: number;
  /** More of the server's settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How long a laptop that is emulated on a busy machine may take for anything. */
const PATIENCE_MS = 120_000;

/** A server with Dacorum's policy in report, and a laptop that is on, enrolled with it, and whose agent is not yet started. */
export async function startBench({ system, root, assetTag, settings = {}, otherPort }: BenchOptions): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-bench-'));
  const policy = policyInReport('policies/dacorum.yaml');
  const server = await startRealServer({
    database: join(folder, 'server'),
    folder,
    policy,
    knownAs: SERVER_IN_GUEST,
    settings,
  });
  const firmware = { assetTag, serialNumber: `SERIAL-${assetTag}` };
  const other = otherPort === undefined ? {} : { otherPort };
  const laptop = await makeLaptop({ system, root, firmware, serverPort: server.port, ...other });
  const findings = async (rule: string) => {
    const path = `/api/v1/findings?device=${assetTag}&rule=${rule}`;
    return (await server.ask<{ items: Finding[] }>('GET', path)).items.toReversed();
  };
  const bench: Bench = {
    server,
    laptop,
    findings,
    async arrival(rule, isWanted, withinMs = PATIENCE_MS) {
      let found: Finding | undefined;
      const look = async () => (found = (await findings(rule)).find(isWanted)) !== undefined;
      await until(`a finding under ${rule}`, look, withinMs).catch(async (cause: unknown) => {
        const { stdout } = await laptop.run('journalctl --no-pager -n 20 -u beadle-agent');
        throw new Error(`${JSON.stringify(await findings(rule))}\n${stdout}`, { cause });
      });
      if (found === undefined) throw new Error('nothing was found');
      return found;
    },
    async startAgent() {
      await laptop.stdout('systemctl daemon-reload && systemctl enable --now beadle-agent');
      await laptop.stdout('until pgrep -f "udevadm monitor" > /dev/null; do sleep 0.1; done');
    },
    async stopAgent() {
      await laptop.stdout('systemctl disable --now beadle-agent');
    },
    async stop() {
      try {
        await laptop.stop();
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
  try {
    await laptop.start();
    await laptop.enrol(await server.enrolmentToken(assetTag));
    return bench;
  } catch (error) {
    await bench.stop();
    throw error;
  }
}
