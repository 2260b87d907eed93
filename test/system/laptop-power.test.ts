import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NUMBERED_POLICY, whatArrived } from '../support/numbered.ts';
import { ROOT, until } from '../support/processes.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';
import { makeExt4 } from './laptop/disks.ts';
import { type Laptop, makeLaptop } from './laptop/laptop.ts';
import { SERVER_IN_GUEST } from './laptop/machine.ts';
import { type Cut, cutPower } from './laptop/power-log.ts';
import { laptopSystem, say } from './laptop/system.ts';

/** A few here; `BEADLE_CUTS=50 npm run test:system -- test/system/laptop-power.test.ts` for the whole of it. */
const CUTS = Number(process.env['BEADLE_CUTS'] ?? 8);
const MOST_WRITING_MS = 3000;
const DISK_BYTES = 96 * 1024 * 1024;
const DATA = '/data';
const PORT = '/dev/virtio-ports/beadle.ledger';

const laptops = await laptopSystem();
const because = 'why' in laptops ? ` (${laptops.why})` : '';

describe.skipIf('why' in laptops)(`a laptop whose power is cut while it writes${because}`, () => {
  let folder: string;
  let server: RealServer;
  let laptop: Laptop;

  const ledger = () => join(folder, 'ledger');
  /** Numbers that were told to be kept; the last line may have been cut short. */
  const kept = () => (existsSync(ledger()) ? readFileSync(ledger(), 'utf8').split('\n').slice(0, -1).map(Number) : []);
  const disk = () => join(folder, 'data.img');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-power-'));
    const database = join(folder, 'server');
    server = await startRealServer({ database, folder, policy: NUMBERED_POLICY, knownAs: SERVER_IN_GUEST });
    laptop = await makeLaptop({
      system: 'system' in laptops ? laptops.system : '',
      root: 'plain',
      firmware: { assetTag: 'DBC-1', serialNumber: 'POWER-1' },
      serverPort: server.port,
      programs: { stream: join(ROOT, 'test/support/stream.ts') },
      ledger: ledger(),
    });
    makeExt4(disk(), DISK_BYTES);
    await laptop.start();
    const unplug = await laptop.addDisk({ driver: 'raw', file: { driver: 'file', filename: disk() } }, DATA);
    const token = await server.enrolmentToken('DBC-1');
    await laptop.enrol(token, `${DATA}/device`);
    await unplug();
    await laptop.suspendTo(join(folder, 'state'));
  }, 600_000);

  /** A run on a disk whose every write and flush is on record; `data.img` itself is only written by the cut. */
  async function start(): Promise<void> {
    const [run, log] = [join(folder, 'run.img'), join(folder, 'writes')];
    copyFileSync(disk(), run);
    writeFileSync(log, '');
    await laptop.resume(join(folder, 'state'));
    const [file, logged] = [run, log].map((filename) => ({ driver: 'file', filename }));
    await laptop.addDisk({ driver: 'blklogwrites', file, log: logged }, DATA);
  }

  const writer = () =>
    `/opt/beadle-agent/node /opt/beadle-agent/stream.mjs ${DATA}/device ${PORT} ${kept().at(-1) ?? 0}`;

  async function cutWhileWriting(): Promise<Cut & { kept: number }> {
    await start();
    const before = kept().length;
    await laptop.stdout(`systemd-run --quiet ${writer()}`);
    await until('the first finding', () => kept().length > before, 60_000);
    await delay(Math.random() * MOST_WRITING_MS);
    await laptop.machine.cut();
    return { ...cutPower(disk(), join(folder, 'writes'), Math.random), kept: kept().length - before };
  }

  afterAll(async () => {
    try {
      await laptop.stop();
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it(
    `loses nothing that was kept, over ${CUTS} cuts`,
    async () => {
      for (let cut = 1; cut <= CUTS; cut += 1) say(`cut ${cut}: ${JSON.stringify(await cutWhileWriting())}`);
      await start();
      // It ends by itself once everything has arrived.
      const last = await laptop.run(`timeout --preserve-status --signal=TERM 3 ${writer()}`);
      expect(last).toEqual({ code: 0, stdout: '', stderr: '' });
      const { numbers, broken } = whatArrived(join(folder, 'server'));
      const arrived = new Set(numbers);
      const missing = kept().filter((number) => !arrived.has(number)).length;
      const counts = { cuts: CUTS, kept: kept().length, arrived: numbers.length, missing };
      const result = { ...counts, twice: numbers.length - arrived.size, broken };
      say(JSON.stringify(result));
      expect(result).toMatchObject({ missing: 0, twice: 0, broken: 0 });
      // Those that were kept when the power went before their numbers had been told.
      expect(numbers.length - kept().length).toBeLessThanOrEqual(CUTS);
    },
    60_000 + CUTS * 60_000,
  );
});
